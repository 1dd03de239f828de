"""Messages of the home page."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.columns import UtcDateTime, known_values, new_id
from services.contracts import registration_rules as rules
from services.contracts.registration_rules import SEVERITIES
from services.registrations.models.base import ID, db


class Message(db.Model):
    """A one-off message of the home page, shown within [shown_from, shown_until)."""

    __tablename__ = "messages"
    __table_args__ = (
        known_values("severity", SEVERITIES),
        CheckConstraint("shown_from < shown_until", name="shown_in_order"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(rules.MESSAGE_TITLE_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(String(10))
    shown_from: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    shown_until: Mapped[datetime] = mapped_column(UtcDateTime)
