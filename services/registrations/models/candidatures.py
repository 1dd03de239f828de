"""Saved candidatures with their versions. A version stays readable for good: it keeps event,
answers and the catalogue's digest."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.columns import DataclassJson, UtcDateTime, known_values, new_id
from services.chassis.database.migrations import partial_index
from services.contracts import registration_rules as rules
from services.contracts.registration_rules import ACTIVE, CANDIDATURE_STATES
from services.contracts.registrations import PrintedDates
from services.registrations.domain.candidature import CandidatureState
from services.registrations.models.base import DIGEST, ID, Json, db


class Candidature(db.Model):
    """A saved registration. Its exclusivity key is unique among the candidate's active ones.

    `state_changed_at`: when it ended, or was restored since; None of one that never ended.
    `end_reason` is what the staff member who ended it wrote. `name` is the candidate's as of the
    current version, shown to staff; `folded_name` is what they search. By what staff browse: a
    trigger of the database keeps the columns from `last_saved_at` to `forme` as the newest version
    says them; `pieces_state` is as the service pieces told last, in its event number
    `pieces_number`. `validation`: of VALIDATION_STATES, None where the current version is certified
    on paper; `validate_until`: exclusive end of the second try that a correction by staff gave,
    until it is validated; `reminder_rung`: the last rung (see `reminders.Rung`) for which it was
    looked at while it had to be validated.
    """

    __tablename__ = "candidatures"
    __table_args__ = (
        UniqueConstraint("candidate_id", "numero_inscription"),
        known_values("state", CANDIDATURE_STATES),
        partial_index(
            "uq_candidatures_active_exclusivity",
            "candidate_id",
            "exclusivity_key",
            unique=True,
            where="state = 'active'",
        ),
        Index("ix_candidatures_opening", "opening_id", "id"),
        partial_index(
            "ix_candidatures_ended", "opening_id", "state", "id", where="state <> 'active'"
        ),
        # Every column of a staff search, so that a list of a common name is read from the index, in
        # its order.
        Index("ix_candidatures_listed", "id", "folded_name", "opening_id", "state"),
        Index("ix_candidatures_listed_by_name", "folded_name", "id", "opening_id", "state"),
        Index("ix_candidatures_by_saving", "last_saved_at", "id", "opening_id", "state"),
        Index("ix_candidatures_by_birth_date", "birth_date", "id", "opening_id", "state"),
        *(
            Index(f"ix_candidatures_by_{name}", name, "folded_name", "id", "opening_id", "state")
            for name in (
                "specialite",
                "categorie",
                "etablissement",
                "forme",
                "pieces_state",
                "validation",
            )
        ),
        partial_index(
            "ix_candidatures_to_validate",
            "opening_id",
            "id",
            where=f"validation = '{rules.TO_VALIDATE}'",
        ),
        Index(
            "ix_candidatures_counted",
            *(
                "opening_id",
                "state",
                "pieces_state",
                "specialite",
                "categorie",
                "etablissement",
                "forme",
                "id",
            ),
        ),
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
    exclusivity_key: Mapped[str | None] = mapped_column(String(rules.EXCLUSIVITY_KEY_LENGTH))
    specialite_code: Mapped[str | None] = mapped_column(String(rules.SHORT_CODE_LENGTH))
    specialite_label: Mapped[str | None] = mapped_column(String(rules.LABEL_LENGTH))
    name: Mapped[str] = mapped_column(String(rules.CANDIDATE_NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(rules.CANDIDATE_NAME_LENGTH))
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    first_saved_at: Mapped[datetime] = mapped_column("saved_at", UtcDateTime)
    last_saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    birth_date: Mapped[str | None] = mapped_column(String(10))
    specialite: Mapped[str] = mapped_column(Text, server_default="")
    categorie: Mapped[str] = mapped_column(Text, server_default="")
    etablissement: Mapped[str] = mapped_column(Text, server_default="")
    forme: Mapped[str] = mapped_column(Text, server_default="")
    pieces_state: Mapped[str | None] = mapped_column(String(16))
    pieces_number: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    validation: Mapped[str | None] = mapped_column(String(16))
    validate_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminder_rung: Mapped[str | None] = mapped_column(String(40))
    state_changed_at: Mapped[datetime | None] = mapped_column("ended_at", UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(Text)

    @property
    def standing(self) -> CandidatureState:
        """Return the plain values that the rules of `domain` work on."""
        return CandidatureState(
            state=self.state,
            version=self.version,
            state_changed_at=self.state_changed_at,
            end_reason=self.end_reason,
            validation=self.validation,
            validate_until=self.validate_until,
        )

    def store(self, state: CandidatureState) -> None:
        """Keep what a transition has made of the candidature."""
        self.state = state.state
        self.version = state.version
        self.state_changed_at = state.state_changed_at
        self.end_reason = state.end_reason
        self.validation = state.validation
        self.validate_until = state.validate_until


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
    """One saved version: the published event, the answers, and the catalogue revision used. Rows
    are never changed.

    `payload` is read and written by `services.contracts.registrations`, and by the trigger that
    keeps what candidatures are browsed by. `overridden`: what rules refused and an administrateur
    let pass.
    """

    __tablename__ = "candidature_versions"

    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    catalogue_digest: Mapped[str] = mapped_column(
        ForeignKey("catalogue_revisions.digest"), index=True
    )
    identity_version: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)
    overridden: Mapped[list[str] | None] = mapped_column(Json)


class CandidatureValidation(db.Model):
    """That `by` certified a version online, shown to them with that `digest`. Rows are only added;
    a version that restores a candidature as it was has the validation of the one before its end."""

    __tablename__ = "candidature_validations"

    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(DIGEST)


class VersionEdition(db.Model):
    """A saved version with other dates than it was saved with, or validated, as its documents are
    printed again.

    `told_by`: the mail that told the candidate of it, or of a later one. `validated_at`: ISO 8601.
    """

    __tablename__ = "version_editions"

    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dates: Mapped[PrintedDates] = mapped_column(DataclassJson(PrintedDates))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    validated_at: Mapped[str | None] = mapped_column(Text)
    told_by: Mapped[str | None] = mapped_column(String(36))
