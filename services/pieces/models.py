"""Tables of pieces: a copy of each candidature, the pieces it asks for, their deposits, validations
and controls.

Bytes of deposited files are in the object store, all else about them is here. Deposits, validations
and controls are history: rows are only added, and of a deposit only its removal and its scan are
noted later. Tools read changes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.audit import AuditColumns, audit_indexes
from services.chassis.database.audit_chain import AuditChain
from services.chassis.database.columns import DataclassJson, UtcDateTime, known_values, new_id
from services.chassis.database.migrations import partial_index, where
from services.chassis.database.transactions import Database
from services.chassis.tasks.tables import EventTables
from services.contracts.api.uploads import MAX_FILENAME_LENGTH
from services.contracts.piece_rules import (
    ACTIVE_CONTENT_LABELS,
    NOT_EXAMINED,
    ChangeKind,
    Scan,
    Status,
)
from services.contracts.session_options import SessionOptions
from services.objects import ObjectKey, ObjectTables
from services.pieces.domain.control import Standing
from services.pieces.domain.piece import PieceState
from services.uploads.uploads import UploadColumns, UploadPartColumns

db = Database()
event_tables = EventTables(db)
object_tables = ObjectTables(db)

ID = String(32)
CODE = String(64)
LIST_ORDER = ("candidature_id", "code")  # of staff's lists and exports
# Deposited or validated, and not controlled yet.
TO_CONTROL = "status IS NULL AND (deposited OR validated_at IS NOT NULL)"
CONTROLLED = "status IS NOT NULL"
REOPENED = "reopened_until IS NOT NULL"
CURRENT = "removed_at IS NULL"
NOT_NUMBERED = "position IS NULL"
FOUND_INFECTED_ACT = "piece.found_infected"
"""Of the audit trail: the antivirus took a « Conforme » away, which « Historique » tells too."""


class Candidature(db.Model):
    """The copy of a candidature: what a tile and staff's lists show, as of the newest version
    known. `state_number`: of the last event that told what its pieces are at."""

    __tablename__ = "candidatures"
    __table_args__ = (
        CheckConstraint("version > 0", name="version_positive"),
        Index("ix_candidatures_opening", "exam_code", "session_name", "academie_code", "id"),
        Index("ix_candidatures_academie", "academie_code", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    candidate_id: Mapped[str] = mapped_column(ID, index=True)
    version: Mapped[int]
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
    birth_date: Mapped[date | None]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state_number: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Withdrawal(db.Model):
    """A withdrawn candidature: versions up to this one are hidden, even those whose event comes
    later; those up to `erased_version` are not stored again."""

    __tablename__ = "withdrawals"

    candidature_id: Mapped[str] = mapped_column(ID, primary_key=True)
    version: Mapped[int]
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_version: Mapped[int | None]


class Window(db.Model):
    """The deposit period of an opening, which replaces the one that versions of candidatures hold,
    and the options of its session."""

    __tablename__ = "windows"

    exam_code: Mapped[str] = mapped_column(CODE, primary_key=True)
    session_name: Mapped[str] = mapped_column(CODE, primary_key=True)
    academie_code: Mapped[str] = mapped_column(String(8), primary_key=True)
    revision: Mapped[int]
    deposit_opens: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    stored_options: Mapped[SessionOptions] = mapped_column(
        "options", DataclassJson(SessionOptions), default=SessionOptions(), server_default="{}"
    )
    # Of the version before, which may be at work on these tables; the release after this one drops
    # them.
    reminder_days: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    refusal_mails: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def options(self) -> SessionOptions:
        """Those that have a column of the version before are read there: it writes no others."""
        days = tuple(self.reminder_days)
        return replace(self.stored_options, reminder_days=days, refusal_mails=self.refusal_mails)

    @options.setter
    def options(self, options: SessionOptions) -> None:
        self.stored_options = options
        self.refusal_mails = options.refusal_mails
        self.reminder_days = list(options.reminder_days)


class Piece(db.Model):
    """A justificatif of a candidature, as it is now; how it came to that is in the tables of
    history.

    `asked`: the newest version of the candidature asks for it. `form`: code of the form to fill in,
    if there is one. `revision` grows with each transition of `domain/piece.py`: the etag is made of
    it. `resubmit_until`: exclusive end of the right to deposit again after a refusal, until the
    candidate validates again. `status_comment`: what goes with the status, or why it is gone.
    `asked_again_for`: the version of the candidature that it has to be given for anew, until it is
    validated or controlled. `academie_code` and `deposited` (it has a current file, of no earlier
    version) let work queues be read by an index; triggers of the database keep them, nothing else
    writes them.
    """

    __tablename__ = "pieces"
    __table_args__ = (
        UniqueConstraint("candidature_id", "code", name="uq_pieces_candidature_id_code"),
        known_values("status", Status),
        Index("ix_pieces_to_control", *LIST_ORDER, **where(TO_CONTROL)),
        Index("ix_pieces_to_control_there", "academie_code", *LIST_ORDER, **where(TO_CONTROL)),
        Index("ix_pieces_controlled", "status", *LIST_ORDER, **where(CONTROLLED)),
        partial_index("ix_pieces_reopened", "reopened_until", "id", where=REOPENED),
        Index(
            "ix_pieces_controlled_there",
            "academie_code",
            "status",
            *LIST_ORDER,
            **where(CONTROLLED),
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(CODE)
    label: Mapped[str] = mapped_column(Text)
    group_code: Mapped[str] = mapped_column(CODE)
    group_label: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    asked: Mapped[bool]
    required: Mapped[bool]
    formats: Mapped[list[str]] = mapped_column(JSON)
    form: Mapped[str | None] = mapped_column(CODE)
    deposit_opens: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)
    status: Mapped[str | None] = mapped_column(String(16))
    status_comment: Mapped[str | None] = mapped_column(Text)
    received_on: Mapped[date | None]
    resubmit_until: Mapped[datetime | None] = mapped_column("reopened_until", UtcDateTime)
    validated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_again_for: Mapped[int | None]
    academie_code: Mapped[str | None] = mapped_column(String(8))
    deposited: Mapped[bool] = mapped_column(server_default=false())

    def store(self, state: PieceState) -> None:
        """Keep what a transition has made of the piece."""
        self.asked = state.asked
        self.status = state.status
        self.status_comment = state.comment
        self.received_on = state.received_on
        self.resubmit_until = state.resubmit_until
        self.validated_at = state.validated_at
        self.asked_again_for = state.asked_again_for
        self.revision = state.revision


class Validation(db.Model):
    """« J'ai fourni toutes mes pièces »: one row for each piece that it froze, with the file it
    then had."""

    __tablename__ = "validations"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    piece_id: Mapped[str] = mapped_column(ForeignKey("pieces.id", ondelete="CASCADE"), index=True)
    deposit_id: Mapped[str | None] = mapped_column(ForeignKey("deposits.id", ondelete="CASCADE"))
    validated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Control(db.Model):
    """A status that a gestionnaire gave to a piece; the newest one (by sequence) that `counts`
    does.

    One that was taken back counts no more, nor does the row that takes it back, which follows it,
    repeats its status and alone has nothing `before`. `before` is None too where the version before
    this column wrote the control.
    """

    __tablename__ = "controls"
    __table_args__ = (Index("ix_controls_staff", "staff_id", "controlled_at"),)

    sequence: Mapped[int] = mapped_column(primary_key=True)
    piece_id: Mapped[str] = mapped_column(ForeignKey("pieces.id", ondelete="CASCADE"), index=True)
    deposit_id: Mapped[str | None] = mapped_column(
        ForeignKey("deposits.id", ondelete="CASCADE"), index=True
    )
    status: Mapped[str] = mapped_column(String(16))
    comment: Mapped[str | None] = mapped_column(Text)
    received_on: Mapped[date | None]
    resubmit_until: Mapped[datetime | None] = mapped_column("reopened_until", UtcDateTime)
    staff_id: Mapped[str] = mapped_column(String(64))
    controlled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counts: Mapped[bool] = mapped_column(default=True, server_default=true())
    before: Mapped[Standing | None] = mapped_column(DataclassJson(Standing))

    @property
    def taken_back(self) -> bool:
        return not self.counts and self.before is not None

    @property
    def takes_back(self) -> bool:
        return not self.counts and self.before is None


class AuditEntry(AuditColumns, db.Model):
    """Who did what to which piece, when, with values before and after. Triggers refuse changes and
    deletions."""

    __tablename__ = "audit_entries"
    __table_args__ = audit_indexes("audit_entries")


audit_chain = AuditChain(db, AuditEntry)


class Deposit(db.Model):
    """A file deposited for a piece: at most one is current (not removed). Size and SHA-256 as read
    back from the store.

    `converted`: not byte for byte what was sent; `pages`: of a PDF; `look`: signs that it may be
    hard to read; `version`: the one of the candidature that it was given for, once a newer one asks
    for another file; `active_contents`: what acts in it, None where nobody looked, as in what the
    version before wrote; `piece_as_left`: how the piece stood when this file was removed,
    None where the version before removed it. Bytes of a removed one stay as long as
    `retired_objects` says; those of a controlled one stay for ever.
    """

    __tablename__ = "deposits"
    __table_args__ = (
        partial_index("uq_deposits_current", "piece_id", unique=True, where=CURRENT),
        Index("ix_deposits_piece_id", "piece_id"),
        Index("ix_deposits_scan", "scan"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    piece_id: Mapped[str] = mapped_column(ForeignKey("pieces.id", ondelete="CASCADE"))
    object_key: Mapped[str] = mapped_column(ObjectKey, unique=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(128))
    filename: Mapped[str] = mapped_column(String(MAX_FILENAME_LENGTH))
    deposited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Written only by versions before the table retired_objects; to be dropped once none may run
    # beside this one.
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    scan: Mapped[str] = mapped_column(String(16))
    scanned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    converted: Mapped[bool] = mapped_column(default=False, server_default=false())
    pages: Mapped[int | None]
    look: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    version: Mapped[int | None]
    active_contents: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    piece_as_left: Mapped[Standing | None] = mapped_column(DataclassJson(Standing))

    @property
    def active_contents_label(self) -> str:
        if self.active_contents is None:
            return NOT_EXAMINED
        return ", ".join(ACTIVE_CONTENT_LABELS.get(code, code) for code in self.active_contents)

    @property
    def scan_label(self) -> str:
        return Scan(self.scan).label

    @property
    def openable(self) -> bool:
        return Scan(self.scan).staff_may_open


class Upload(UploadColumns, db.Model):
    """A candidate's file for a piece on its way; `became_id`: its deposit."""

    __tablename__ = "uploads"

    owner_id: Mapped[str] = mapped_column("candidate_id", ID, index=True)
    piece_id: Mapped[str] = mapped_column(ForeignKey("pieces.id", ondelete="CASCADE"), index=True)
    became_id: Mapped[str | None] = mapped_column(
        "deposit_id", ForeignKey("deposits.id", ondelete="CASCADE"), index=True
    )


class UploadPart(UploadPartColumns, db.Model):
    __tablename__ = "upload_parts"

    upload_id: Mapped[str] = mapped_column(
        ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True
    )


class DepositTries(db.Model):
    """How many files a candidate sent, accepted or not, in the hour that began at `since` (system
    time)."""

    __tablename__ = "deposit_tries"

    candidate_id: Mapped[str] = mapped_column(ID, primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Change(db.Model):
    """A line of the feed of changes. Triggers of the database write it with the row that it tells
    of, whoever writes that, but where a new version asks for a piece again; `position` and
    `numbered_at` (system time) are given later, in the order in which transactions were
    committed."""

    __tablename__ = "changes"
    __table_args__ = (
        known_values("kind", ChangeKind),
        UniqueConstraint("position", name="uq_changes_position"),
        Index("ix_changes_there", "academie_code", "position"),
        partial_index("ix_changes_not_numbered", "id", where=NOT_NUMBERED),
        Index("ix_changes_numbered_at", "numbered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int | None] = mapped_column(BigInteger)
    numbered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    piece_id: Mapped[str | None] = mapped_column(ID)
    candidature_id: Mapped[str] = mapped_column(ID, index=True)
    numero_candidat: Mapped[str] = mapped_column(String(32))
    code: Mapped[str | None] = mapped_column(CODE)
    academie_code: Mapped[str] = mapped_column(String(8))


class ChangeCounter(db.Model):
    """One row: the last position given. Whoever numbers changes holds its lock until the commit."""

    __tablename__ = "change_counter"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)


class Reminder(db.Model):
    """A candidate was reminded of what a regroupement lacks before `deadline` (exclusive), in the
    event `event_id`.

    By a rung, `days` before it, or by hand (`days` None) by a member of staff.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint(
            "candidature_id", "group_code", "deadline", "days", name="uq_reminders_rung"
        ),
        Index("ix_reminders_candidature_id", "candidature_id", "reminded_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id", ondelete="CASCADE"))
    group_code: Mapped[str] = mapped_column(CODE)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    days: Mapped[int | None]
    reminded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    staff_id: Mapped[str | None] = mapped_column(String(64))
    event_id: Mapped[str] = mapped_column(ID)


class ReminderRound(db.Model):
    """Everyone whom a rung concerns was looked at: of an opening, or on a day those with refused
    pieces (`name`)."""

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
