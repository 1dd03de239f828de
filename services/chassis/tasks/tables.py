"""The tables for events and tasks in every service's database.

The models are declared on the service's own metadata, for its migrations; the code of this package uses the tables by
name (`outbox`, `tasks`, `job_figures`), in any service.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
    table,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from services.chassis.database.transactions import Database, UtcDateTime

outbox = table(
    "outbox",
    *(column(name, type) for type, names in {
        BigInteger: ("sequence",),
        String: ("event_id", "destination", "type", "subject"),
        Text: ("envelope",),
        UtcDateTime: ("created_at", "available_at", "published_at"),
        Integer: ("attempts",),
    }.items() for name in names),
)  # fmt: skip
tasks = table(
    "tasks",
    *(column(name, type) for type, names in {
        BigInteger: ("sequence",),
        String: ("event_id", "handler", "channel", "subject", "state", "leased_by", "reason"),
        Text: ("envelope",),
        UtcDateTime: ("created_at", "available_at", "leased_until", "started_at", "ended_at"),
        Integer: ("attempts",),
    }.items() for name in names),
)  # fmt: skip
job_figures = table(
    "job_figures",
    column("name", String),
    column("labels", String),
    column("value", Float),
    column("recorded_at", UtcDateTime),
)
WAITING, DONE, PARKED, SET_ASIDE = "waiting", "done", "parked", "set aside"
_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")


class EventTables:
    """Declares the tables on `db`'s metadata; the models are attributes, for migrations and tests."""

    def __init__(self, db: Database) -> None:
        models = {name: type(shape.__name__.strip("_"), (shape, db.Model), {}) for name, shape in SHAPES.items()}
        self.Outbox: Any = models["outbox"]
        self.Task: Any = models["tasks"]
        self.JobFigure: Any = models["job_figures"]
        _declare_earlier(db.metadata)


def _index(name: str, *columns: Any, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class _Outbox:
    """`published_at`: when the broker confirmed."""

    __tablename__ = "outbox"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy's
        return (
            _index("ix_outbox_pending", "destination", "available_at", "sequence", where="published_at IS NULL"),
            _index("ix_outbox_pending_types", "type", "available_at", "sequence", where="published_at IS NULL"),
            _index("ix_outbox_published", "published_at", where="published_at IS NOT NULL"),
        )

    sequence: Mapped[int] = mapped_column(_SEQUENCE, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(32), unique=True)
    destination: Mapped[str] = mapped_column(String(10))
    type: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    envelope: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_by: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class _Task:
    """`event_id`: that of the event or follow-up, or JOB. `handler`: whose function runs it; renamed, it would run
    again.

    `leased_by`: the start id of the worker that has it in hand until `leased_until`, since `started_at`. `ended_at`:
    when it was done, parked or set aside, or when a job last succeeded. `reason`: of the last failure or end.
    """

    __tablename__ = "tasks"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy's
        return (
            UniqueConstraint("event_id", "handler"),
            _index("ix_tasks_waiting", "channel", "available_at", "sequence", where=f"state = '{WAITING}'"),
            _index("ix_tasks_parked", "ended_at", where=f"state = '{PARKED}'"),
            _index("ix_tasks_ended", "ended_at", where="state IN ('done', 'set aside')"),
        )

    sequence: Mapped[int] = mapped_column(_SEQUENCE, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(64))
    handler: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    envelope: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_by: Mapped[str | None] = mapped_column(String(32))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(300))


class _JobFigure:
    """The last value of a job's gauge, shown by every worker. `labels`: a JSON list of the values of its labels."""

    __tablename__ = "job_figures"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    labels: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[float] = mapped_column(Float)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


SHAPES: dict[str, type] = {"outbox": _Outbox, "tasks": _Task, "job_figures": _JobFigure}


def _declare_earlier(metadata: MetaData) -> None:
    """The tables of the version before, which works on them until it is replaced (earlier.py)."""
    Table(
        "inbox", metadata,
        Column("event_id", String(64), primary_key=True),
        Column("handler", String(100), primary_key=True),
        Column("handled_at", UtcDateTime, nullable=False, index=True),
    )  # fmt: skip
    Table(
        "parked", metadata,
        Column("id", String(32), primary_key=True),
        Column("event_id", String(64), nullable=False, index=True),
        Column("destination", String(10), nullable=False),
        Column("type", String(200), nullable=False),
        Column("subject", String(200), nullable=False, index=True),
        Column("envelope", Text, nullable=False),
        Column("reason", String(300), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("parked_at", UtcDateTime, nullable=False),
        Column("settled_at", UtcDateTime),
        Column("settled_by", String(300)),
    )  # fmt: skip
    Table(
        "job_leases", metadata,
        Column("name", String(100), primary_key=True),
        Column("due_at", UtcDateTime, nullable=False),
        *(Column(name, UtcDateTime) for name in ("leased_until", "first_started_at", "started_at")),
        *(Column(name, UtcDateTime) for name in ("last_ended_at", "last_succeeded_at")),
        Column("leased_by", String(32)),
        Column("takeovers", Integer, nullable=False, server_default="0"),
    )  # fmt: skip
