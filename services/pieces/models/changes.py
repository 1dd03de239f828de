"""The feed of changes that tools follow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.constraints import known_values
from services.chassis.database.transactions import UtcDateTime
from services.contracts.piece_codes import ChangeKind
from services.pieces.models.database import CODE, ID, NOT_NUMBERED, db, only


class Change(db.Model):
    """A line of the feed of changes. Triggers of the database write it with the row that it tells of, whoever writes
    that; `position` and `numbered_at` (system time) are given later, in the order in which transactions were committed.
    """

    __tablename__ = "changes"
    __table_args__ = (
        known_values("kind", ChangeKind),
        UniqueConstraint("position", name="uq_changes_position"),
        Index("ix_changes_there", "academie_code", "position"),
        Index("ix_changes_not_numbered", "id", **only(NOT_NUMBERED)),
        Index("ix_changes_numbered_at", "numbered_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    position: Mapped[int | None] = mapped_column(BigInteger)
    numbered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    piece_id: Mapped[str | None] = mapped_column(ID)
    candidature_id: Mapped[str] = mapped_column(ID)
    numero_candidat: Mapped[str] = mapped_column(String(32))
    code: Mapped[str | None] = mapped_column(CODE)
    academie_code: Mapped[str] = mapped_column(String(8))


class ChangeCounter(db.Model):
    """One row: the last position given. Whoever numbers changes holds its lock until the commit."""

    __tablename__ = "change_counter"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)
