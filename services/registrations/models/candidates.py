"""What registrations knows of candidates besides what they save: numbers and mail addresses."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.columns import UtcDateTime
from services.contracts.candidate_numbers import NUMERO_CANDIDAT_LENGTH
from services.registrations.models.base import Json, db


class Candidate(db.Model):
    """What registrations knows of a candidate besides candidatures; locking the row serialises the
    candidate's saves.

    `identity_floor`: identities of an older version are refused. `engaged_at`: when a candidature
    was first saved. `email` is the address for mails, as of identity version `email_version`.
    `corrected_identity`: the newest that staff corrected.
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
    corrected_identity: Mapped[dict[str, Any] | None] = mapped_column(Json)


class MailRefusal(db.Model):
    """An address that the mail server refuses for good, until it accepts a mail. `code`: its last
    answer, `refused_at`: when it first refused."""

    __tablename__ = "mail_refusals"

    candidate_id: Mapped[str] = mapped_column(ForeignKey("candidates.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(320), primary_key=True)
    code: Mapped[int] = mapped_column()
    refused_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NumberCounter(db.Model):
    """The sequence of the last N° candidat issued, per school year and académie. Gaps are allowed,
    reuse is not."""

    __tablename__ = "number_counters"

    school_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    academie: Mapped[str] = mapped_column(String(2), primary_key=True)
    last: Mapped[int]
