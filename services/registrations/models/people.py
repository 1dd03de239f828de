"""Candidates, their refused mail addresses, and the numbers given out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import UtcDateTime
from services.registrations.domain.registration_numbers import NUMERO_CANDIDAT_LENGTH
from services.registrations.models.database import db


class Candidate(db.Model):
    """What registrations knows of a candidate besides candidatures; locking the row serialises the candidate's saves.

    `identity_floor`: identities of an older version are refused. `engaged_at`: when a candidature was first saved.
    `email` is the address for mails, as of identity version `email_version`.
    """

    __tablename__ = "candidates"
    __table_args__ = (Index("ix_candidates_lower_email", text("lower(email)")),)  # staff search it

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    numero_candidat: Mapped[str | None] = mapped_column(String(NUMERO_CANDIDAT_LENGTH), unique=True)
    identity_floor: Mapped[int] = mapped_column(default=0)
    engaged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_inscription: Mapped[int] = mapped_column(default=0)
    email: Mapped[str | None] = mapped_column(String(320))
    email_version: Mapped[int] = mapped_column(default=0)


class MailRefusal(db.Model):
    """An address for which the mail server refuses a candidate's mails for good; deleted once it accepts one.

    `code` is the server's last answer, `refused_at` when it first refused.
    """

    __tablename__ = "mail_refusals"

    candidate_id: Mapped[str] = mapped_column(ForeignKey("candidates.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(320), primary_key=True)
    code: Mapped[int] = mapped_column()
    refused_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NumberCounter(db.Model):
    """The sequence of the last N° candidat issued, per school year and académie. Gaps are allowed, reuse is not."""

    __tablename__ = "number_counters"

    school_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    academie: Mapped[str] = mapped_column(String(2), primary_key=True)
    last: Mapped[int]
