"""The tables that every service's database has for its events.

The models are declared on the service's own metadata, for its migrations; the code of this package speaks to the
tables by name (`outbox`, `inbox`, `parked`, `job_leases`), whatever the service.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, column, table
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database import Database, UtcDateTime

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
    column("last_ended_at", UtcDateTime),
)


class EventTables:
    """Declares the tables on `db`'s metadata; the models are attributes, for migrations and tests."""

    def __init__(self, db: Database) -> None:
        models = {name: self._model(name, shape, db) for name, shape in SHAPES.items()}
        self.Outbox = models["outbox"]
        self.Inbox = models["inbox"]
        self.Parked = models["parked"]
        self.JobLease = models["job_leases"]
        Index("ix_outbox_waiting", self.Outbox.published_at, self.Outbox.destination, self.Outbox.available_at)
        Index("ix_outbox_subject", self.Outbox.subject)
        Index("ix_parked_subject", self.Parked.subject)

    @staticmethod
    def _model(name: str, shape: type, db: Database) -> Any:
        return type(shape.__name__.strip("_"), (shape, db.Model), {"__tablename__": name})


class _Outbox:
    """`published_at` is when the broker confirmed, or when the own follow-up was done or parked."""

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
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class _Inbox:
    event_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    handler: Mapped[str] = mapped_column(String(100), primary_key=True)
    handled_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class _Parked:
    """What could not be handled; `settled_at` is when it was replayed with success or set aside."""

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
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


SHAPES: dict[str, type] = {"outbox": _Outbox, "inbox": _Inbox, "parked": _Parked, "job_leases": _JobLease}
