"""Copies of candidatures, their withdrawals, and deposit periods that were moved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Index,
    Integer,
    String,
    Text,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import UtcDateTime
from services.pieces.models.database import CODE, ID, db


class Candidature(db.Model):
    """The copy of a candidature: what a tile and staff's lists show, as of the newest version known."""

    __tablename__ = "candidatures"
    __table_args__ = (
        CheckConstraint("version > 0", name="version_positive"),
        Index("ix_candidatures_opening", "exam_code", "session_name", "academie_code", "id"),
        Index("ix_candidatures_academie", "academie_code", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    candidate_id: Mapped[str] = mapped_column(ID, index=True)
    version: Mapped[int] = mapped_column(Integer)
    exam_code: Mapped[str] = mapped_column(CODE)
    exam_label: Mapped[str] = mapped_column(Text)
    session_name: Mapped[str] = mapped_column(CODE)
    session_label: Mapped[str] = mapped_column(Text)
    academie_code: Mapped[str] = mapped_column(String(8))
    academie_label: Mapped[str] = mapped_column(Text)
    specialite: Mapped[str | None] = mapped_column(Text)
    numero_candidat: Mapped[str] = mapped_column(String(32), index=True)
    numero_inscription: Mapped[str] = mapped_column(String(16))
    nom: Mapped[str] = mapped_column(Text)
    prenoms: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Withdrawal(db.Model):
    """A withdrawn candidature: versions up to this one are hidden, even those whose event comes later."""

    __tablename__ = "withdrawals"

    candidature_id: Mapped[str] = mapped_column(ID, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Window(db.Model):
    """The deposit period of an opening, which replaces the one that versions of candidatures hold.

    `reminder_days`: days before its end on which candidates are reminded of missing pieces; `refusal_mails`: they are
    told of a « Non Conforme » by mail.
    """

    __tablename__ = "windows"

    exam_code: Mapped[str] = mapped_column(CODE, primary_key=True)
    session_name: Mapped[str] = mapped_column(CODE, primary_key=True)
    academie_code: Mapped[str] = mapped_column(String(8), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)
    deposit_opens: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    reminder_days: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    refusal_mails: Mapped[bool] = mapped_column(default=False, server_default=false())
