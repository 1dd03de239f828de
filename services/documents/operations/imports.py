"""An import, created, given up, or taken back, as one document of any origin may be: nothing is
erased, candidates open it no more. Whose turn it is of the PDFs that wait for their check.

Of each sender one sending at a time has its turn, a task of the worker; tasks run in the order in
which they were asked for, so that senders take turns. Files are sent by import_files.py, published
by import_publication.py.
"""

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.database.columns import new_id
from services.chassis.errors import Conflict, Forbidden, Invalid, NotFound
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now
from services.contracts import document_rules as rules
from services.contracts import documents
from services.contracts.api.staff_imports import NewImport
from services.contracts.base import data_of
from services.documents.domain.document_names import derived_id
from services.documents.domain.import_columns import COLUMNS
from services.documents.domain.recipients import Publisher
from services.documents.domain.work import SendingToCheck
from services.documents.models import (
    AuditEntry,
    Document,
    Import,
    ImportDocument,
    Sending,
    Upload,
    UploadPart,
    db,
)
from services.documents.operations.publishing import announce, done_once, key_already_used
from services.documents.queries.documents import document_for_staff
from services.documents.queries.imports import IS_WAITING, declared_label, import_in, is_under_check
from services.objects import retire
from services.uploads.uploads import Uploads, lock_owner

OPEN_STATES = (rules.PREPARED, rules.CHECKED)
CHECK_SENDING = "check_sending"
uploads = Uploads(
    db,
    Upload,
    UploadPart,
    most_open=rules.MAX_PDFS_PER_SENDING,
    most_bytes=5 * rules.MAX_ARCHIVE_BYTES,
)
"""The uploads of exam offices; the limits are of what one member of staff has on the way, as pages
and tools send it."""


def create_import(publisher: Publisher, new: NewImport, order_key: str | None = None) -> Import:
    """Prepare an import that waits for its file; ordered again under the same Idempotency-Key,
    return the first one as it now is.

    Raises Forbidden for another académie, Invalid for a type that neither the guide has nor the
    exam or that no CSV makes, or PDFs without a text alternative, Conflict if the key was used for
    another import.
    """
    label = None
    if new.type not in rules.PUBLISHED_TYPES:
        label = declared_label(new.exam, new.type)
        if label is None:
            raise Invalid.in_field("type", "Choisissez un type de document que cet examen prévoit.")
    if not publisher.may_publish_in(new.academie):
        raise Forbidden("Vous ne publiez pas dans cette académie.")
    if new.source == rules.CSV and new.type not in COLUMNS:
        raise Invalid.in_field("type", "Ce type de document se publie en PDF.")
    if new.source == rules.PDF and not new.paragraphs:
        raise Invalid.in_field(
            "paragraphs", "Saisissez le texte que lira qui ne peut pas lire le PDF."
        )
    row = Import(
        id=derived_id("import", publisher.id, order_key) if order_key else new_id(),
        created_at=portal_now(),
        actor=publisher.id,
        type=new.type,
        type_label=label,
        source=new.source,
        academie_code=new.academie,
        exam_label=new.exam,
        session_label=new.session,
        title=new.title or rules.type_label(new.type, label),
        paragraphs=new.paragraphs,
        state=rules.PREPARED,
    )
    return done_once(lambda: _created_before(row), lambda: _create(publisher, row))


def _created_before(new: Import) -> Import | None:
    """Return the import that was created under the id of this new one; None if there is none yet.

    Raises Conflict if another one was ordered then.
    """
    with db.reading_for_staff() as transaction:
        known = transaction.get(Import, new.id)
    if known is not None and _what_was_ordered(known) != _what_was_ordered(new):
        raise key_already_used()
    return known


def _what_was_ordered(row: Import) -> tuple[object, ...]:
    return (
        row.type,
        row.type_label,
        row.source,
        row.academie_code,
        row.exam_label,
        row.session_label,
        row.title,
        row.paragraphs,
    )


def _create(publisher: Publisher, row: Import) -> Import:
    with db.operation() as transaction:
        transaction.add(row)
        transaction.flush()
        record(transaction, publisher, "import.created", row.id, state=row.state)
    return row


def abandon_import(publisher: Publisher, import_id: str) -> Import:
    """Give up an import that is not published; given up already, nothing changes. Raises NotFound,
    Conflict."""
    with db.operation() as transaction:
        row = import_in(transaction, publisher, import_id, for_change=True)
        if row.state == rules.ABANDONED:
            return row
        refuse_unless_open(row)
        uploads.give_up_open(transaction, import_id=import_id)
        end_sendings(transaction, import_id)
        uploaded = select(ImportDocument.pdf_key).where(
            ImportDocument.import_id == import_id, ImportDocument.pdf_key.is_not(None)
        )
        retire(transaction, *(key for key in transaction.scalars(uploaded) if key))
        of_import = update(ImportDocument).where(ImportDocument.import_id == import_id)
        transaction.execute(of_import.values(state=rules.ABANDONED, pdf_key=None))
        row.state = rules.ABANDONED
        row.ended_at = portal_now()
        record(transaction, publisher, "import.abandoned", import_id, state=row.state)
    return row


def withdraw_import(
    publisher: Publisher, import_id: str, *, reason: str, is_reason_shown: bool
) -> Import:
    """Take back the documents of an import; what is not published yet will not be. Withdrawn
    already, nothing changes.

    `is_reason_shown`: to their candidates. Raises NotFound, Conflict for an import that was never
    published.
    """
    with db.operation() as transaction:
        row = import_in(transaction, publisher, import_id, for_change=True)
        if row.state == rules.WITHDRAWN:
            return row
        if row.state not in (rules.PUBLISHING, rules.PUBLISHED):
            raise Conflict("Cette publication n'a pas été lancée.")
        of_import = ImportDocument.import_id == import_id
        published = select(ImportDocument.id).where(
            of_import, ImportDocument.state == rules.PUBLISHED
        )
        shown = update(Document).where(Document.id.in_(published), Document.withdrawn_at.is_(None))
        at = portal_now()
        shown_reason = reason if is_reason_shown else None
        end = {"withdrawn_at": at, "withdrawal_reason": reason, "is_reason_shown": is_reason_shown}
        candidatures = transaction.scalars(
            shown.values(end).returning(Document.candidature_id)
        ).all()
        announce(transaction, documents.WITHDRAWN, row.title, candidatures, at, shown_reason)
        shown_or_waiting = ImportDocument.state.in_((rules.PUBLISHED, rules.READY))
        transaction.execute(
            update(ImportDocument).where(of_import, shown_or_waiting).values(state=rules.WITHDRAWN)
        )
        row.withdrawn += row.published - row.withdrawn
        row.state = rules.WITHDRAWN
        row.withdrawal_reason = reason
        row.ended_at = portal_now()
        record(transaction, publisher, "import.withdrawn", import_id, documents=row.published)
    return row


def withdraw_document(
    publisher: Publisher, document_id: str, *, reason: str, is_reason_shown: bool
) -> None:
    """Take back one published document; withdrawn already, nothing changes. Raises NotFound, also
    for one of another académie and for one that no gestionnaire published."""
    with db.operation() as transaction:
        document, candidature = document_for_staff(transaction, document_id, publisher)
        if document.type in rules.AUTOMATIC_TYPES:
            raise NotFound()
        imported = transaction.get(ImportDocument, document_id)
        if imported is not None:  # its import first, as everybody who changes one does
            row = transaction.get_one(Import, imported.import_id, with_for_update=True)
            transaction.refresh(imported, with_for_update=True)
        transaction.refresh(document, with_for_update=True)
        if document.withdrawn_at is not None:
            return
        at = portal_now()
        shown_reason = reason if is_reason_shown else None
        document.withdrawn_at = at
        document.withdrawal_reason = reason
        document.is_reason_shown = is_reason_shown
        announce(
            transaction, documents.WITHDRAWN, document.label, [candidature.id], at, shown_reason
        )
        if imported is not None:
            imported.state = rules.WITHDRAWN
            imported.reason = reason
            row.withdrawn += 1
        record(
            transaction,
            publisher,
            "document.withdrawn",
            document_id,
            candidature=document.candidature_id,
        )


def give_turn(transaction: Session, owner_id: str) -> None:
    """Have the oldest sending of this owner checked, unless one has its turn; after each change of
    what waits."""
    lock_owner(
        transaction, owner_id
    )  # of two who change it at once, the second sees what the first left
    own = select(Sending).where(Sending.owner_id == owner_id, IS_WAITING)
    following = transaction.scalar(
        own.order_by(Sending.has_turn.desc(), Sending.given_at, Sending.id).limit(1)
    )
    if following and not following.has_turn:
        following.has_turn = True
        work = SendingToCheck(following.id)
        follow_up(transaction, CHECK_SENDING, data_of(work), subject=following.import_id)


def end_sendings(transaction: Session, import_id: str, *which: ColumnElement[bool]) -> None:
    """Note of these sendings of an import, whose row the caller has locked, that they wait no more.

    Their objects are retired, the next of each sender has its turn.
    """
    ended = transaction.scalars(
        select(Sending).where(Sending.import_id == import_id, IS_WAITING, *which)
    ).all()
    retire(transaction, *(sending.object_key for sending in ended if sending.object_key))
    for sending in ended:
        sending.object_key = None
        sending.has_turn = False
        sending.files_checked = sending.files
    transaction.flush()
    if not is_under_check(transaction, import_id):
        transaction.execute(delete(Sending).where(Sending.import_id == import_id))
    for owner_id in sorted({sending.owner_id for sending in ended}):  # each is locked: in one order
        give_turn(transaction, owner_id)


def refuse_unless_open(row: Import) -> None:
    """Raises Conflict once an import takes no file any more."""
    if row.state not in OPEN_STATES:
        raise Conflict(
            "Cette publication est déjà lancée, retirée ou abandonnée : préparez-en une nouvelle."
        )


def mark_checked(row: Import) -> None:
    """Note that what an import holds has changed: who read its report has to read it again."""
    row.state = rules.CHECKED
    row.revision = row.revision + 1


def record(
    transaction: Session, publisher: Publisher, action: str, subject: str, **after: object
) -> None:
    """Add what a gestionnaire did to the audit trail."""
    AuditEntry.record(transaction, Actor("staff", publisher.id), action, subject, after=dict(after))


def record_export(publisher: Publisher, what: str, subject: str) -> None:
    """Note in the audit trail who has taken candidates out of the portal: a filled model, or
    refused lines (`what`)."""
    with db.operation() as transaction:
        record(transaction, publisher, f"{what}.exported", subject)
