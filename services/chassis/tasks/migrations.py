"""Migration steps that all services share. Never change them: they have already been run."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import partial_index

_MOMENT = sa.DateTime(timezone=True)
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(**lengths: int) -> Iterator[sa.Column[str]]:
    return (sa.Column(name, sa.String(length), nullable=False) for name, length in lengths.items())


def _moments(*names: str, nullable: bool = True) -> Iterator[sa.Column[datetime]]:
    return (sa.Column(name, _MOMENT, nullable=nullable) for name in names)


def create_event_tables() -> None:
    """Create the outbox, and what tasks took the place of: inbox, what is parked, leases, figures
    of jobs."""
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("handler", sa.String(100), primary_key=True),
        sa.Column("handled_at", _MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "job_leases",
        sa.Column("name", sa.String(100), primary_key=True),
        *_moments("due_at", nullable=False),
        *_moments("leased_until", "last_ended_at"),
        sa.Column("leased_by", sa.String(32)),
        *_moments("first_started_at", "started_at", "last_succeeded_at"),
        sa.Column("takeovers", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_table(
        "job_figures",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("labels", sa.String(300), primary_key=True),
        sa.Column("value", sa.Float(), nullable=False),
        *_moments("recorded_at", nullable=False),
    )
    _create_outbox()
    op.create_table(
        "parked",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("event_id", sa.String(64), nullable=False, index=True),
        *_texts(destination=10, type=200),
        sa.Column("subject", sa.String(200), nullable=False, index=True),
        sa.Column("envelope", sa.Text(), nullable=False),
        *_texts(reason=300),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_moments("parked_at", nullable=False),
        *_moments("settled_at"),
        sa.Column("settled_by", sa.String(300)),
    )


def _create_outbox() -> None:
    waits = "published_at IS NULL"
    is_sent = "published_at IS NOT NULL"
    op.create_table(
        "outbox",
        sa.Column("sequence", _SEQUENCE, primary_key=True),
        sa.Column("event_id", sa.String(32), nullable=False, unique=True),
        *_texts(destination=10, type=200),
        sa.Column("subject", sa.String(200), nullable=False, index=True),
        sa.Column("envelope", sa.Text(), nullable=False),
        *_moments("created_at", "available_at", nullable=False),
        *_moments("leased_until"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_moments("published_at"),
        sa.Column("leased_by", sa.String(32)),
        partial_index("ix_outbox_pending", "destination", "available_at", "sequence", where=waits),
        partial_index("ix_outbox_pending_types", "type", "available_at", "sequence", where=waits),
        partial_index("ix_outbox_published", "published_at", where=is_sent),
    )


def create_tasks() -> None:
    """Create the table of tasks, with the jobs as they stand. What else waited, workers of 0.2.0
    moved."""
    op.create_table(
        "tasks",
        sa.Column("sequence", _SEQUENCE, nullable=False),
        *_texts(event_id=64, handler=200, channel=40, subject=200),
        sa.Column("envelope", sa.Text(), nullable=False),
        *_texts(state=10),
        *_moments("created_at", "available_at", nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_moments("leased_until"),
        sa.Column("leased_by", sa.String(32)),
        *_moments("started_at", "ended_at"),
        sa.Column("reason", sa.String(300)),
        sa.PrimaryKeyConstraint("sequence", name="pk_tasks"),
        sa.UniqueConstraint("event_id", "handler", name="uq_tasks_event_id_handler"),
        sa.Index("ix_tasks_subject", "subject"),
        partial_index(
            "ix_tasks_waiting", "channel", "available_at", "sequence", where="state = 'waiting'"
        ),
        partial_index("ix_tasks_parked", "ended_at", where="state = 'parked'"),
        partial_index("ix_tasks_ended", "ended_at", where="state IN ('done', 'set aside')"),
    )
    op.execute(
        "INSERT INTO tasks (event_id, handler, channel, subject, envelope, state, created_at, "
        "available_at, attempts, started_at, ended_at) SELECT 'job', name, 'jobs', '', '', "
        "'waiting', coalesce(first_started_at, due_at), due_at, 0, started_at, last_succeeded_at "
        "FROM job_leases"
    )


def give_tasks_back() -> None:
    """Put tasks where the version before looks for them: what waits in its outbox, heard events
    that were not handled and what is parked in its list, handled events in its inbox."""
    op.execute(
        "INSERT INTO outbox (event_id, destination, type, subject, envelope, created_at, "
        "available_at, attempts) SELECT event_id, 'self', handler, subject, envelope, created_at, "
        "available_at, attempts FROM tasks WHERE state = 'waiting' AND channel <> 'events' AND "
        "event_id <> 'job'"
    )
    op.execute(
        "INSERT INTO parked (id, event_id, destination, type, subject, envelope, reason, attempts, "
        "parked_at) SELECT CAST(sequence AS VARCHAR), event_id, CASE WHEN channel = 'events' THEN "
        "'broker' ELSE 'self' END, handler, subject, envelope, coalesce(reason, 'heard by the "
        "version after'), attempts, coalesce(ended_at, created_at) FROM tasks WHERE state = "
        "'parked' OR (state = 'waiting' AND channel = 'events')"
    )
    op.execute(
        "INSERT INTO inbox (event_id, handler, handled_at) SELECT event_id, handler, ended_at FROM "
        "tasks WHERE state = 'done' AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.event_id = "
        "tasks.event_id AND inbox.handler = tasks.handler)"
    )
    op.drop_table("tasks")
