"""Migration steps that all services share. Never change them: they have already been run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

_MOMENTS = ("first_started_at", "started_at", "last_succeeded_at")


def create_event_tables() -> None:
    """Inbox, outbox, what is parked, and the leases of jobs, as a service begins."""
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("handler", sa.String(length=100), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "handler", name="pk_inbox"),
    )
    op.create_index("ix_inbox_handled_at", "inbox", ["handled_at"])
    op.create_table(
        "job_leases",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_job_leases"),
    )
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("destination", sa.String(length=10), nullable=False),
        sa.Column("type", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name="pk_outbox"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
    )
    op.create_index("ix_outbox_subject", "outbox", ["subject"])
    op.create_index("ix_outbox_waiting", "outbox", ["published_at", "destination", "available_at"])

    op.create_table(
        "parked",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("destination", sa.String(length=10), nullable=False),
        sa.Column("type", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_parked"),
    )
    op.create_index("ix_parked_event_id", "parked", ["event_id"])
    op.create_index("ix_parked_subject", "parked", ["subject"])


def drop_event_tables() -> None:
    for table in ("parked", "outbox", "job_leases", "inbox"):
        op.drop_table(table)


def add_leases_and_figures() -> None:
    """Add the owner of leases, the instants for the jobs' gauges, the table of figures, and an index of the waiting
    rows of the outbox."""
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("leased_by", sa.String(32)))
    with op.batch_alter_table("job_leases") as job_leases:
        job_leases.add_column(sa.Column("leased_by", sa.String(32)))
        for moment in _MOMENTS:
            job_leases.add_column(sa.Column(moment, sa.DateTime(timezone=True)))
        job_leases.add_column(sa.Column("takeovers", sa.Integer(), nullable=False, server_default="0"))
    # It is not known which of the earlier runs succeeded.
    op.execute("UPDATE job_leases SET last_succeeded_at = last_ended_at, first_started_at = last_ended_at")
    op.create_table(
        "job_figures",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("labels", sa.String(300), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", name="pk_job_figures"),
    )
    op.drop_index("ix_outbox_waiting", "outbox")
    _index("ix_outbox_pending", ["destination", "available_at", "sequence"], "published_at IS NULL")
    _index("ix_outbox_published", ["published_at"], "published_at IS NOT NULL")


def drop_leases_and_figures() -> None:
    op.drop_index("ix_outbox_published", "outbox")
    op.drop_index("ix_outbox_pending", "outbox")
    op.drop_table("job_figures")
    with op.batch_alter_table("job_leases") as job_leases:
        for column in ("takeovers", *_MOMENTS, "leased_by"):
            job_leases.drop_column(column)
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("leased_by")
    op.create_index("ix_outbox_waiting", "outbox", ["published_at", "destination", "available_at"])


def add_index_of_types() -> None:
    """Follow-ups are read by their types."""
    _index("ix_outbox_pending_types", ["type", "available_at", "sequence"], "published_at IS NULL")


def drop_index_of_types() -> None:
    op.drop_index("ix_outbox_pending_types", "outbox")


def _index(name: str, columns: list[str], where: str, table: str = "outbox") -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def create_tasks() -> None:
    """The table of tasks, with the jobs as they stand. What else waits is moved by workers (earlier.py)."""
    op.create_table(
        "tasks",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("handler", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(length=32), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name="pk_tasks"),
        sa.UniqueConstraint("event_id", "handler", name="uq_tasks_event_id_handler"),
    )
    op.create_index("ix_tasks_subject", "tasks", ["subject"])
    _index("ix_tasks_waiting", ["channel", "available_at", "sequence"], "state = 'waiting'", "tasks")
    _index("ix_tasks_parked", ["ended_at"], "state = 'parked'", "tasks")
    _index("ix_tasks_ended", ["ended_at"], "state IN ('done', 'set aside')", "tasks")
    op.execute(
        "INSERT INTO tasks (event_id, handler, channel, subject, envelope, state, created_at, available_at, attempts, "
        "started_at, ended_at) SELECT 'job', name, 'jobs', '', '', 'waiting', coalesce(first_started_at, due_at), "
        "due_at, 0, started_at, last_succeeded_at FROM job_leases"
    )


def give_tasks_back() -> None:
    """Where the version before looks for them: what waits in its outbox, heard events that were not handled and what is
    parked in its list, handled events in its inbox."""
    op.execute(
        "INSERT INTO outbox (event_id, destination, type, subject, envelope, created_at, available_at, attempts) "
        "SELECT event_id, 'self', handler, subject, envelope, created_at, available_at, attempts FROM tasks "
        "WHERE state = 'waiting' AND channel <> 'events' AND event_id <> 'job'"
    )
    op.execute(
        "INSERT INTO parked (id, event_id, destination, type, subject, envelope, reason, attempts, parked_at) "
        "SELECT CAST(sequence AS VARCHAR), event_id, CASE WHEN channel = 'events' THEN 'broker' ELSE 'self' END, "
        "handler, subject, envelope, coalesce(reason, 'heard by the version after'), attempts, "
        "coalesce(ended_at, created_at) FROM tasks "
        "WHERE state = 'parked' OR (state = 'waiting' AND channel = 'events')"
    )
    op.execute(
        "INSERT INTO inbox (event_id, handler, handled_at) SELECT event_id, handler, ended_at FROM tasks "
        "WHERE state = 'done' AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.event_id = tasks.event_id "
        "AND inbox.handler = tasks.handler)"
    )
    op.drop_table("tasks")
