"""Drafts, candidatures with their versions and notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import UtcDateTime, known_values, new_id
from services.contracts import registration_lengths as lengths
from services.contracts.registration_codes import ACTIVE, CANDIDATURE_STATES
from services.registrations.models.database import CLOSED, ENDED, ID, OPEN, Json, db

BIRTH_DATE: ColumnElement[str] = literal_column("((payload -> 'identity') ->> 'date_naissance')", String)
"""Of a `CandidatureVersion`, ISO 8601; spelt as its index has it, or that is not used."""


class Candidature(db.Model):
    """A saved registration. Its exclusivity key is unique among the candidate's active ones.

    `end_reason` is what the staff member who ended it wrote.
    `name` is the candidate's as of the current version, shown to staff; `folded_name` is what they search.
    """

    __tablename__ = "candidatures"
    __table_args__ = (
        UniqueConstraint("candidate_id", "numero_inscription"),
        known_values("state", CANDIDATURE_STATES),
        Index(
            "uq_candidatures_active_exclusivity",
            "candidate_id",
            "exclusivity_key",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_candidatures_opening", "opening_id", "id"),
        Index("ix_candidatures_ended", "opening_id", "state", "id", sqlite_where=ENDED, postgresql_where=ENDED),
        # Every column of a staff search, so that a list of a common name is read from the index, in its order.
        Index("ix_candidatures_listed", "id", "folded_name", "opening_id", "state"),
        Index("ix_candidatures_listed_by_name", "folded_name", "id", "opening_id", "state"),
        # Any part of a name is searched: by trigrams, which SQLite lacks.
        Index(
            "ix_candidatures_folded_name",
            "folded_name",
            postgresql_using="gin",
            postgresql_ops={"folded_name": "gin_trgm_ops"},
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidate_id: Mapped[str] = mapped_column(ForeignKey("candidates.id"), index=True)
    opening_id: Mapped[str] = mapped_column(ForeignKey("openings.id"))
    numero_inscription: Mapped[str] = mapped_column(String(8))
    version: Mapped[int]
    exclusivity_key: Mapped[str | None] = mapped_column(String(lengths.EXCLUSIVITY_KEY))
    specialite_code: Mapped[str | None] = mapped_column(String(lengths.SHORT_CODE))
    specialite_label: Mapped[str | None] = mapped_column(String(lengths.LABEL))
    name: Mapped[str] = mapped_column(String(lengths.CANDIDATE_NAME))
    folded_name: Mapped[str] = mapped_column(String(lengths.CANDIDATE_NAME))
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(Text)


class CandidatureNote(db.Model):
    """What a gestionnaire wrote down of a candidature for the others. Rows are only added."""

    __tablename__ = "candidature_notes"
    __table_args__ = (Index("ix_candidature_notes_candidature", "candidature_id", "at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id"))
    staff_id: Mapped[str] = mapped_column(ID)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CandidatureVersion(db.Model):
    """One saved version: the published event, the answers, and the catalogue revision used. Rows are never changed.

    `payload` is read and written by `services.contracts.registrations`; staff search its birth date.
    """

    __tablename__ = "candidature_versions"
    __table_args__ = (Index("ix_candidature_versions_birth_date", BIRTH_DATE, "candidature_id"),)

    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    catalogue_digest: Mapped[str] = mapped_column(ForeignKey("catalogue_revisions.digest"), index=True)
    identity_version: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)


class Draft(db.Model):
    """What was typed and not yet transmitted, as typed. Closed by the save, which sets `candidature_id`.

    `reminder_rung`: the last rung (see `draft_reminders.rung_name`) for which it was looked at, and its candidate
    reminded where that had to be.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        Index(
            "uq_drafts_open",
            "candidate_id",
            "opening_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_drafts_open", "opening_id", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_drafts_closed_at", "closed_at", sqlite_where=CLOSED, postgresql_where=CLOSED),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidate_id: Mapped[str] = mapped_column(ForeignKey("candidates.id"), index=True)
    opening_id: Mapped[str] = mapped_column(ForeignKey("openings.id"), index=True)
    modification_of: Mapped[str | None] = mapped_column(ForeignKey("candidatures.id"))
    revision: Mapped[int] = mapped_column(default=1)
    current_tab: Mapped[int] = mapped_column(default=1)
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    identity: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    candidature_id: Mapped[str | None] = mapped_column(ForeignKey("candidatures.id"))
    saved_version: Mapped[int | None]
    reminder_rung: Mapped[str | None] = mapped_column(String(40))
