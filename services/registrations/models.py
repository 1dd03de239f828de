"""Tables of registrations. A version stays readable for good: it keeps event, answers and the
catalogue's digest."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from services.chassis.database.audit import AuditColumns, audit_indexes
from services.chassis.database.audit_chain import AuditChain
from services.chassis.database.columns import DataclassJson, UtcDateTime, known_values, new_id
from services.chassis.database.migrations import partial_index
from services.chassis.database.transactions import Database
from services.chassis.tasks.tables import EventTables
from services.contracts import registration_rules as rules
from services.contracts.api.administration import OpeningDates
from services.contracts.candidate_numbers import NUMERO_CANDIDAT_LENGTH
from services.contracts.registration_rules import ACTIVE, CANDIDATURE_STATES, SEVERITIES
from services.contracts.registrations import PrintedDates
from services.contracts.session_options import SessionOptions
from services.mail.sent_mails import SentMails
from services.registrations.domain.candidature import CandidatureState
from services.registrations.domain.date_changes import OpeningState
from services.registrations.domain.draft import DraftState

db = Database()
events = EventTables(db)
sent_mails = SentMails(db)

ID = String(32)
DIGEST = String(64)
# Plain JSON: JSONB would sort the keys, and the order of lists of labels is what candidates see.
Json = JSON(none_as_null=True)


class CatalogueRevision(db.Model):
    """An exam as it was loaded once; never changed, kept while a version of a candidature uses
    it."""

    __tablename__ = "catalogue_revisions"

    digest: Mapped[str] = mapped_column(DIGEST, primary_key=True)
    exam: Mapped[str] = mapped_column(String(rules.CODE_LENGTH), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CurrentExam(db.Model):
    """Which revision of an exam is in force. `loaded_by_staff`: an administrator loaded it, and no
    command since. `files`: a ZIP archive of what it was loaded from; None of one that an earlier
    version of the portal loaded."""

    __tablename__ = "exams"

    code: Mapped[str] = mapped_column(String(rules.CODE_LENGTH), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("catalogue_revisions.digest"))
    loaded_by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    files: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class OpeningRow(db.Model):
    """One académie's window for a session. `listed` is false once the catalogue drops it;
    `catalogue_…` are its dates there, over which those of an OpeningChange take precedence.

    `revision` grows with each change of the dates in force, wherever it comes from, and of
    `options`, the session's. `looked_through`: after a change, the id up to which candidatures were
    compared with it; None once all were.
    """

    __tablename__ = "openings"
    __table_args__ = (
        UniqueConstraint("exam", "session", "academie"),
        CheckConstraint("opens < closes", name="window_in_order"),
        CheckConstraint("deposit_opens < deposit_closes", name="deposit_in_order"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    exam: Mapped[str] = mapped_column(ForeignKey("exams.code"))
    session: Mapped[str] = mapped_column(String(rules.CODE_LENGTH))
    academie: Mapped[str] = mapped_column(String(8))
    catalogue_opens: Mapped[datetime] = mapped_column("opens", UtcDateTime)
    catalogue_closes: Mapped[datetime] = mapped_column("closes", UtcDateTime)
    catalogue_deposit_opens: Mapped[datetime] = mapped_column("deposit_opens", UtcDateTime)
    catalogue_deposit_closes: Mapped[datetime] = mapped_column("deposit_closes", UtcDateTime)
    session_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    listed: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=0)
    looked_through: Mapped[str | None] = mapped_column(ID)
    options: Mapped[SessionOptions] = mapped_column(
        DataclassJson(SessionOptions), default=SessionOptions(), server_default="{}"
    )
    # Read by 0.2.0 alone, which may be at work on these tables; the release after this one drops
    # them.
    reminder_days: Mapped[list[int]] = mapped_column(Json, default=list, server_default="[]")
    draft_reminder_days: Mapped[list[int]] = mapped_column(Json, default=list, server_default="[]")
    refusal_mails: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def catalogue_dates(self) -> OpeningDates:
        return OpeningDates(
            opens=self.catalogue_opens,
            closes=self.catalogue_closes,
            deposit_opens=self.catalogue_deposit_opens,
            deposit_closes=self.catalogue_deposit_closes,
        )

    @property
    def standing(self) -> OpeningState:
        """Return the plain values that the rules of `domain` work on."""
        return OpeningState(self.revision, self.looked_through)

    def store(self, state: OpeningState) -> None:
        """Keep what a transition has made of the opening."""
        self.revision = state.revision
        self.looked_through = state.looked_through

    @validates("options")
    def _keep_older_columns(self, _: str, options: SessionOptions) -> SessionOptions:
        self.refusal_mails = options.refusal_mails
        self.reminder_days = list(options.reminder_days)
        self.draft_reminder_days = list(options.draft_reminder_days)
        return options


class Incident(db.Model):
    """A time at which `periods` of openings were cut, for which they were extended. Each is noted
    once. Candidates read `title` and `text`."""

    __tablename__ = "incidents"
    __table_args__ = (UniqueConstraint("begins", "ends"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    begins: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    periods: Mapped[list[str]] = mapped_column(Json)
    title: Mapped[str] = mapped_column(String(rules.MESSAGE_TITLE_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OpeningChange(db.Model):
    """Dates that an operator set, with a reason; the newest wins over the catalogue, whatever is
    loaded later.

    `incident_id`: for which incident they were set. `told_through`: the id up to which candidates
    with a draft were told by mail that it extended their registrations; None once all were, and
    where it did not.
    """

    __tablename__ = "opening_changes"

    opening_id: Mapped[str] = mapped_column(ForeignKey("openings.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens: Mapped[datetime] = mapped_column(UtcDateTime)
    closes: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_opens: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incidents.id"))
    told_through: Mapped[str | None] = mapped_column(ID)


class EtablissementRow(db.Model):
    """An establishment where candidates prepare. `folded` (see `text.folded`) is what is
    searched."""

    __tablename__ = "etablissements"

    code: Mapped[str] = mapped_column(String(rules.SHORT_CODE_LENGTH), primary_key=True)
    label: Mapped[str] = mapped_column(String(rules.LABEL_LENGTH))
    kind: Mapped[str] = mapped_column(String(32), index=True)
    departement: Mapped[str | None] = mapped_column(String(3), index=True)
    habilite_ccf: Mapped[bool] = mapped_column(default=False)
    folded: Mapped[str] = mapped_column(String(rules.ETABLISSEMENT_SEARCH_LENGTH))


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


class Draft(db.Model):
    """What was typed and not yet transmitted, as typed. Closed by the save, which sets
    `candidature_id`.

    That of a correction has no `candidate_id`: the member of staff `staff_id` began it, with
    `reason` as it was typed last. `modified_version`: of the candidature `modification_of`, from
    which it was filled in. `reminder_rung`: the last rung (see `reminders.Rung`) for which it was
    looked at, and its candidate reminded where that had to be.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        partial_index(
            "uq_drafts_open",
            "candidate_id",
            "opening_id",
            unique=True,
            where="closed_at IS NULL",
        ),
        partial_index("ix_drafts_open", "opening_id", "id", where="closed_at IS NULL"),
        partial_index("ix_drafts_corrections", "modification_of", where="candidate_id IS NULL"),
        *(
            partial_index(f"ix_drafts_{name}", name, where=f"{name} IS NOT NULL")
            for name in ("closed_at", "candidature_id", "modification_of")
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidate_id: Mapped[str | None] = mapped_column(ForeignKey("candidates.id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ID)
    reason: Mapped[str | None] = mapped_column(Text)
    opening_id: Mapped[str] = mapped_column(ForeignKey("openings.id"), index=True)
    modification_of: Mapped[str | None] = mapped_column(ForeignKey("candidatures.id"))
    modified_version: Mapped[int | None]
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

    @property
    def standing(self) -> DraftState:
        """Return the plain values that the rules of `domain` work on."""
        return DraftState(
            answers=self.answers,
            updated_at=self.updated_at,
            revision=self.revision,
            current_tab=self.current_tab,
        )

    def store(self, state: DraftState) -> None:
        """Keep what a transition has made of the draft."""
        self.answers = dict(state.answers)
        self.updated_at = state.updated_at
        self.revision = state.revision
        self.current_tab = state.current_tab


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


class AuditEntry(AuditColumns, db.Model):
    """Who did what to what, and when: rows are only added. Before and after hold no civil
    status."""

    __tablename__ = "audit"
    __table_args__ = audit_indexes("audit", "actor")

    actor_id: Mapped[str] = mapped_column("actor", String(64))


audit_chain = AuditChain(db, AuditEntry)
