"""The tables for events and jobs in every service's database.

The models are declared on the service's own metadata, for its migrations; the code of this package uses the tables by
name (`outbox`, `inbox`, `parked`, `job_leases`, `job_figures`), in any service.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Index, Integer, String, Text, column, table
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import Database, UtcDateTime

TO_BROKER = "broker"
TO_SELF = "self"

outbox = table(
    "outbox",
    column("sequence", BigInteger),
    column("event_id", String),
    column("destination", String),
    column("type", String),
    column("subject", String),
    column("envelope", Text),
    column("created_at", UtcDateTime),
    column("available_at", UtcDateTime),
    column("leased_until", UtcDateTime),
    column("leased_by", String),
    column("attempts", Integer),
    column("published_at", UtcDateTime),
)
inbox = table("inbox", column("event_id", String), column("handler", String), column("handled_at", UtcDateTime))
parked = table(
    "parked",
    column("id", String),
    column("event_id", String),
    column("destination", String),
    column("type", String),
    column("subject", String),
    column("envelope", Text),
    column("reason", String),
    column("attempts", Integer),
    column("parked_at", UtcDateTime),
    column("settled_at", UtcDateTime),
    column("settled_by", String),
)
job_leases = table(
    "job_leases",
    column("name", String),
    column("due_at", UtcDateTime),
    column("leased_until", UtcDateTime),
    column("leased_by", String),
    column("first_started_at", UtcDateTime),
    column("started_at", UtcDateTime),
    column("last_ended_at", UtcDateTime),
    column("last_succeeded_at", UtcDateTime),
    column("takeovers", Integer),
)
job_figures = table(
    "job_figures",
    column("name", String),
    column("labels", String),
    column("value", Float),
    column("recorded_at", UtcDateTime),
)


class EventTables:
    """Declares the tables on `db`'s metadata; the models are attributes, for migrations and tests."""

    def __init__(self, db: Database) -> None:
        models = {name: self._model(name, shape, db) for name, shape in SHAPES.items()}
        self.Outbox = models["outbox"]
        self.Inbox = models["inbox"]
        self.Parked = models["parked"]
        self.JobLease = models["job_leases"]
        self.JobFigure = models["job_figures"]
        _outbox_indexes(self.Outbox)
        Index("ix_parked_subject", self.Parked.subject)

    @staticmethod
    def _model(name: str, shape: type, db: Database) -> Any:
        return type(shape.__name__.strip("_"), (shape, db.Model), {"__tablename__": name})


def _outbox_indexes(model: Any) -> None:
    """Partial indexes of the few rows that wait, among all of EVENT_RETENTION, in the order of reading."""
    waits, settled = model.published_at.is_(None), model.published_at.is_not(None)
    pending = (model.destination, model.available_at, model.sequence)
    Index("ix_outbox_pending", *pending, sqlite_where=waits, postgresql_where=waits)
    of_type = (model.type, model.available_at, model.sequence)
    Index("ix_outbox_pending_types", *of_type, sqlite_where=waits, postgresql_where=waits)
    Index("ix_outbox_published", model.published_at, sqlite_where=settled, postgresql_where=settled)
    Index("ix_outbox_subject", model.subject)


class _Outbox:
    """`published_at`: when the broker confirmed, or when the follow-up was done or parked. `leased_by`: the start id
    of the worker that holds the row until `leased_until`."""

    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    event_id: Mapped[str] = mapped_column(String(32), unique=True)
    destination: Mapped[str] = mapped_column(String(10))
    type: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    envelope: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_by: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class _Inbox:
    event_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    handler: Mapped[str] = mapped_column(String(100), primary_key=True)
    handled_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class _Parked:
    """An event that could not be handled. `settled_at`: when it was replayed with success or set aside."""

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(64), index=True)
    destination: Mapped[str] = mapped_column(String(10))
    type: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    envelope: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(300))
    attempts: Mapped[int] = mapped_column(Integer)
    parked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(String(300))


class _JobLease:
    """`leased_by`: the start id of the worker that runs the job. `started_at`: start of this run, or of the last."""

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_by: Mapped[str | None] = mapped_column(String(32))
    first_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    takeovers: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How many workers in a row died, or were paused, while they ran it."""


class _JobFigure:
    """The last value of a job's gauge, shown by every worker. `labels`: a JSON list of the values of its labels."""

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    labels: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[float] = mapped_column(Float)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


SHAPES: dict[str, type] = {
    "outbox": _Outbox,
    "inbox": _Inbox,
    "parked": _Parked,
    "job_leases": _JobLease,
    "job_figures": _JobFigure,
}
