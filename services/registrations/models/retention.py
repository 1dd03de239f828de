"""How far data of closed sessions are erased, and of which sessions nothing is."""

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.columns import UtcDateTime
from services.contracts import registration_rules as rules
from services.registrations.models.base import ID, db


class RetentionStep(db.Model):
    """How far a kind of data of an opening is erased: `erased` candidatures, by their ids up to
    `through`; all since `ended_at`. Of the kind ARCHIVED the row alone counts: administrateurs
    alone see the opening's candidatures."""

    __tablename__ = "retention_steps"

    opening_id: Mapped[str] = mapped_column(ForeignKey("openings.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    through: Mapped[str] = mapped_column(ID, default="")
    erased: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RetentionHold(db.Model):
    """A session of which nothing is erased while the row is there: an appeal, a lawsuit
    (`reason`)."""

    __tablename__ = "retention_holds"

    exam: Mapped[str] = mapped_column(String(rules.CODE_LENGTH), primary_key=True)
    session: Mapped[str] = mapped_column(String(rules.CODE_LENGTH), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    held_by: Mapped[str] = mapped_column(String(64))
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
