"""Who was reminded of missing pieces, and who was told of a refusal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import UtcDateTime, new_id
from services.pieces.models.database import CODE, ID, db


class Reminder(db.Model):
    """A candidate was reminded of what a regroupement lacks before `deadline` (exclusive), in the event `event_id`.

    By a rung, `days` before it, or by hand (`days` None) by a member of staff.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("candidature_id", "group_code", "deadline", "days", name="uq_reminders_rung"),
        Index("ix_reminders_candidature_id", "candidature_id", "reminded_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id", ondelete="CASCADE"))
    group_code: Mapped[str] = mapped_column(CODE)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    days: Mapped[int | None] = mapped_column(Integer)
    reminded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    staff_id: Mapped[str | None] = mapped_column(String(64))
    event_id: Mapped[str] = mapped_column(ID)


class ReminderRound(db.Model):
    """Everyone whom a rung concerns was looked at: of an opening, or on a day those with refused pieces (`name`)."""

    __tablename__ = "reminder_rounds"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RefusalNotice(db.Model):
    """A « Non Conforme » of which the candidate was told by mail."""

    __tablename__ = "refusal_notices"

    control_sequence: Mapped[int] = mapped_column(
        ForeignKey("controls.sequence", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    event_id: Mapped[str] = mapped_column(ID)
