"""Tables of documents: our copy of each candidature, its saved versions, and the documents created
from them.

Files are in the object store; everything known about them is here, since the one-machine store
keeps no metadata.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.audit import AuditColumns, audit_indexes
from services.chassis.database.audit_chain import AuditChain
from services.chassis.database.columns import DataclassJson, UtcDateTime, new_id
from services.chassis.database.migrations import partial_index
from services.chassis.database.transactions import Database
from services.chassis.tasks.tables import EventTables
from services.clock import system_now
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.contracts.registrations import PrintedDates
from services.documents.domain.proofs import CODE_LENGTH, Proof
from services.documents.domain.recipients import Publisher
from services.objects import ObjectKey, ObjectTables
from services.uploads.uploads import UploadColumns, UploadPartColumns

db = Database()
event_tables = EventTables(db)
object_tables = ObjectTables(db)

_ID = String(32)
_DIGEST = String(64)


class Candidature(db.Model):
    """A candidature as its tile shows it, as of the newest version known. It stays after the
    session closes."""

    __tablename__ = "candidatures"
    __table_args__ = (
        CheckConstraint("version > 0", name="version_positive"),
        Index("ix_candidatures_numero_candidat", "numero_candidat"),
        Index("ix_candidatures_session", "session_label", "exam_label"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int]
    exam_label: Mapped[str] = mapped_column(Text)
    session_label: Mapped[str] = mapped_column(Text)
    academie_code: Mapped[str] = mapped_column(String(8))
    academie_label: Mapped[str] = mapped_column(Text)
    specialite: Mapped[str | None] = mapped_column(Text)
    numero_candidat: Mapped[str] = mapped_column(String(32))
    numero_inscription: Mapped[str] = mapped_column(String(16))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Withdrawal(db.Model):
    """The end of a candidature: versions up to this one are hidden, even those whose event arrives
    later.

    If its service gestionnaire set the candidature aside (`ecartee`) they stay readable, marked as
    such. Those up to `erased_version` are not stored again.
    """

    __tablename__ = "withdrawals"

    candidature_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    version: Mapped[int]
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ecartee: Mapped[bool] = mapped_column(default=False, server_default=false())
    erased_version: Mapped[int | None]


class SavedVersion(db.Model):
    """The whole event of one saved version (`payload`, as `services.contracts.registrations` reads
    and writes it): any document of it can be rendered again without calling registrations."""

    __tablename__ = "saved_versions"

    candidature_id: Mapped[str] = mapped_column(
        ForeignKey("candidatures.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)


class Edition(db.Model):
    """An edition of a saved version: what it prints since its dates have moved or its candidate has
    validated it (`validated_at`, ISO 8601). It may have come before the version itself."""

    __tablename__ = "editions"

    candidature_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dates: Mapped[PrintedDates] = mapped_column(DataclassJson(PrintedDates))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    validated_at: Mapped[str | None] = mapped_column(Text)


class RemadeDocuments(db.Model):
    """A count of the documents of an opening that are to print the dates that it moved to last
    (`expected`), and of those that do (`made`).

    The opening is named by the labels of exam and session and the académie's code. `edited_at`: of
    the newest event with these dates.
    """

    __tablename__ = "remade_documents"

    exam: Mapped[str] = mapped_column(Text, primary_key=True)
    session: Mapped[str] = mapped_column(Text, primary_key=True)
    academie: Mapped[str] = mapped_column(String(8), primary_key=True)
    dates: Mapped[PrintedDates] = mapped_column(DataclassJson(PrintedDates))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expected: Mapped[int] = mapped_column(default=0)
    made: Mapped[int] = mapped_column(default=0)
    last_made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Document(db.Model):
    """A document of a candidature, as PDF and HTML. Sizes (bytes) and SHA-256 are those read back
    from the store.

    `version` is the candidature's; what a gestionnaire published is numbered by type instead.
    `edition` grows where a version is printed again: dates have moved, or it was validated online.
    `opened_at`: when its owner first opened it; recorded only of those that a gestionnaire
    published, as is `withdrawn_at`: from then on its owner does not open it, and reads the reason
    where `is_reason_shown`. `type_label`: of a type that a catalogue declared. `code`,
    `signed_facts`: the `proof` that it shows, None of older ones.
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index("uq_documents_edition", "candidature_id", "type", "version", "edition", unique=True),
        partial_index("uq_documents_code", "code", unique=True, where="code IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(32))
    type_label: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int]
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    label: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
    is_reason_shown: Mapped[bool] = mapped_column(default=False, server_default=false())
    pdf_key: Mapped[str] = mapped_column(ObjectKey, unique=True)
    pdf_size: Mapped[int]
    pdf_sha256: Mapped[str] = mapped_column(_DIGEST)
    html_key: Mapped[str] = mapped_column(ObjectKey, unique=True)
    html_size: Mapped[int]
    html_sha256: Mapped[str] = mapped_column(_DIGEST)
    code: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    signed_facts: Mapped[str | None] = mapped_column(Text)

    @property
    def proof(self) -> Proof | None:
        return Proof(self.code, self.signed_facts) if self.code and self.signed_facts else None

    @property
    def printed_version(self) -> int | None:
        """Return the number that pages and names of files have: the candidature's version, of which
        there is one numbering. None for what a gestionnaire published."""
        return self.version if self.type in AUTOMATIC_TYPES else None


class UnknownCodes(db.Model):
    """A count of the codes that no document has and that were asked for since an instant, from a
    network address or in all."""

    __tablename__ = "unknown_codes"

    trace: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class CachedRendering(db.Model):
    """Idle: only the version before may be at work on this table. The next release drops both."""

    __tablename__ = "drawn_papers"

    candidature_id: Mapped[str] = mapped_column(
        ForeignKey("candidatures.id", ondelete="CASCADE"), primary_key=True
    )
    type: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    html: Mapped[bytes] = mapped_column(LargeBinary)
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Publication(db.Model):
    """An order of a gestionnaire, never changed. `pdf_key`: the uploaded PDF. `order_digest`:
    SHA-256 of the whole, to recognise it when it is given again; None for older rows."""

    __tablename__ = "publications"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(Text)
    paragraphs: Mapped[list[str]] = mapped_column(JSON)
    candidatures: Mapped[list[str]] = mapped_column(JSON)
    pdf_key: Mapped[str | None] = mapped_column(ObjectKey, unique=True)
    order_digest: Mapped[str | None] = mapped_column(_DIGEST)


class Import(db.Model):
    """An import: what an exam office sends at a time, to be checked and then published for one
    candidature after another.

    `state` and `source`: of services/contracts/document_rules.py. `revision` grows with each file,
    so that nobody publishes another report than the one that they read. `ready`, `refused`,
    `published`, `failed`, `withdrawn` count its documents by state, and its refusals; `unfilled`
    lines of a CSV that came back as a model had them. `headings`: of the CSV that was checked last.
    `paragraphs`: what stands above a table, or the text alternative of PDFs.
    """

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_academie_code_created_at", "academie_code", "created_at", "id"),
        Index("ix_imports_created_at", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(32))
    type_label: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(8))
    academie_code: Mapped[str] = mapped_column(String(8))
    exam_label: Mapped[str] = mapped_column(Text)
    session_label: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    paragraphs: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(default=0)
    filename: Mapped[str | None] = mapped_column(Text)
    unused_columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    headings: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    unfilled: Mapped[int] = mapped_column(default=0, server_default="0")
    ready: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    published: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    publication_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)


class ExamDocuments(db.Model):
    """The types of documents that an exam's catalogue declares besides the guide's. `labels`: by
    code; `declared_at`: of the newest event heard."""

    __tablename__ = "exam_documents"

    exam: Mapped[str] = mapped_column(String(64), primary_key=True)
    exam_label: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    labels: Mapped[dict[str, str]] = mapped_column(JSON)


class ImportDocument(db.Model):
    """A document of an import. Its id will be that of the published document, so that each is
    published once.

    `content`: the values of the candidate's lines of a CSV. `pdf_key`: an uploaded PDF, until it is
    published. `reason`: why it is not published, or for which épreuves that its candidate sits the
    CSV has no line.
    """

    __tablename__ = "import_documents"
    __table_args__ = (
        UniqueConstraint("import_id", "position", name="uq_import_documents_import_id_position"),
        Index("ix_import_documents_import_id_numero_candidat", "import_id", "numero_candidat"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"))
    position: Mapped[int]
    candidature_id: Mapped[str] = mapped_column(_ID, index=True)
    numero_candidat: Mapped[str] = mapped_column(String(32))
    content: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    filename: Mapped[str | None] = mapped_column(Text)
    pdf_key: Mapped[str | None] = mapped_column(ObjectKey, unique=True)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)


class ImportRefusal(db.Model):
    """A line or file of an import that is not published, and why. `place`: the line's number, or
    the file's name. `cells`: of a line that can be mended, as it was sent."""

    __tablename__ = "import_refusals"

    import_id: Mapped[str] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(Text)
    numero_candidat: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    cells: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class Sending(db.Model):
    """A PDF, or an archive of `files` PDFs, sent for an import, in the store until it is checked.
    Then it has no `object_key`, and is counted in what is told of the progress until no other of
    its import waits.

    `publisher` (`owner_id`): who sent it, as they then were. `has_turn`: the worker was asked to
    check it.
    """

    __tablename__ = "sendings"
    __table_args__ = (Index("ix_sendings_owner_id_given_at", "owner_id", "given_at"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[str] = mapped_column(String(64))
    publisher: Mapped[Publisher] = mapped_column(DataclassJson(Publisher))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=system_now)
    filename: Mapped[str] = mapped_column(Text)
    object_key: Mapped[str | None] = mapped_column(ObjectKey, unique=True)
    files: Mapped[int]
    files_checked: Mapped[int] = mapped_column(default=0)
    has_turn: Mapped[bool] = mapped_column(default=False)


class Upload(UploadColumns, db.Model):
    """A gestionnaire's file for an import on its way; `became_id`: the import that took it."""

    __tablename__ = "uploads"

    owner_id: Mapped[str] = mapped_column("staff_id", String(64), index=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), index=True)
    became_id: Mapped[str | None] = mapped_column("taken_by", _ID)


class UploadPart(UploadPartColumns, db.Model):
    __tablename__ = "upload_parts"

    upload_id: Mapped[str] = mapped_column(
        ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True
    )


class AuditEntry(AuditColumns, db.Model):
    """An act of a gestionnaire on an import or a document. Triggers refuse changes and
    deletions."""

    __tablename__ = "audit_entries"
    __table_args__ = audit_indexes("audit_entries")


audit_chain = AuditChain(db, AuditEntry)
