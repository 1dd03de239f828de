"""The documents that nobody orders: those of each saved version, and the « Relance de pièces
justificatives » of a reminder that pieces tells of.

The worker makes the automatic documents of each version; one that is asked for sooner is made then,
and not again.
"""

from collections.abc import Iterable
from datetime import datetime

import structlog
from prometheus_client import Histogram
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from services.chassis.database.columns import new_id
from services.chassis.errors import found
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now
from services.contracts.base import data_of
from services.contracts.document_rules import AUTOMATIC_TYPES, DocumentType
from services.contracts.pieces import PiecesReminded
from services.contracts.registrations import RegistrationSaved
from services.documents.dependencies import Dependencies
from services.documents.domain.document_names import DocumentName, derived_id
from services.documents.domain.proofs import facts_of
from services.documents.domain.work import ReminderToMake
from services.documents.models import Document, Edition, RemadeDocuments
from services.documents.operations.candidature_copies import store_version_now
from services.documents.operations.publishing import (
    NewDocument,
    add_document,
    add_row,
    is_there,
    operation_storing,
    rendered_paper,
)
from services.documents.queries.candidatures import is_withdrawn, saved_event
from services.documents.queries.documents import automatic_document
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import Rendered
from services.documents.rendering.piece_sheets import demande, relance
from services.objects import BytesChanged, StoreUnavailable

log = structlog.get_logger()

MAKE_REMINDER = "make_reminder"
_SHEETS = {DocumentType.DEMANDE: demande, DocumentType.CONFIRMATION: confirmation}
"""Of AUTOMATIC_TYPES."""
# Up to what an operator should hear of, and up to what an outage of the store may last.
SECONDS_AFTER_SAVE = Histogram(
    "documents_after_save_seconds",
    "From « Enregistrer » to the document in the store",
    ("type",),
    buckets=(1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 14400, 86400),
)
for (
    _type
) in AUTOMATIC_TYPES:  # each is exported from the start, so that the first document is a growth
    SECONDS_AFTER_SAVE.labels(_type.value)


def render_again(dependencies: Dependencies, document: Document) -> Rendered | None:
    """Render a stored automatic document once more, from its version's event alone, with the proof
    that it has. None for any other document, and where the version is not known."""
    if document.type not in AUTOMATIC_TYPES:
        return None
    event = saved_event(document.candidature_id, document.version, document.edition)
    if event is None:
        return None
    sheet = _SHEETS[DocumentType(document.type)](event, dependencies.letterhead)
    return rendered_paper(dependencies, sheet, document.proof)


def _new(
    dependencies: Dependencies, document_type: DocumentType, event: RegistrationSaved
) -> Rendered:
    """Render a document that is not stored yet. Made twice, it has the same code."""
    reference = f"{event.candidature_id}/{document_type}/{event.version}/{event.edition}"
    facts = facts_of(event, document_type.label, _date_of(event), reference)
    sheet = _SHEETS[document_type](event, dependencies.letterhead)
    return rendered_paper(dependencies, sheet, dependencies.paper_keys.proof_of(facts))


def _date_of(event: RegistrationSaved) -> datetime:
    """Return the date of the version's documents, however late they are created."""
    return datetime.fromisoformat(event.edited_at or event.saved_at)


def stored_or_made(
    dependencies: Dependencies, document_type: DocumentType, event: RegistrationSaved
) -> Document | Rendered:
    """Return the stored document of a version, else one that is made now; where it cannot be stored
    the worker makes it."""
    if document := automatic_document(document_type, event):
        return document
    rendered = _new(dependencies, document_type, event)
    if dependencies.store.is_failing:  # nobody waits for it once more
        return rendered
    try:
        store_version_now(event)
        _store(dependencies, document_type, event, rendered)
    except (StoreUnavailable, BytesChanged, SQLAlchemyError) as error:
        log.warning(
            "document_left_to_worker",
            candidature_id=event.candidature_id,
            reason=type(error).__name__,
        )
    return rendered


def create_automatic_documents(
    dependencies: Dependencies,
    candidature_id: str,
    version: int,
    types: Iterable[DocumentType] = AUTOMATIC_TYPES,
) -> None:
    """Create those automatic documents of a version's newest edition that are missing. Raises
    StoreUnavailable, to be tried again."""
    event = saved_event(candidature_id, version)
    if (
        event is None
    ):  # erased; or not heard of yet, after its dates: hearing of it asks for its documents
        log.warning("version_unknown", candidature_id=candidature_id, version=version)
        return
    for document_type in types:
        if automatic_document(document_type, event) is None:
            _store(dependencies, document_type, event, _new(dependencies, document_type, event))


def _store(
    dependencies: Dependencies,
    document_type: DocumentType,
    event: RegistrationSaved,
    rendered: Rendered,
) -> None:
    name = DocumentName(
        event.candidature_id, document_type.value, event.version, new_id(), event.edition
    )
    at = _date_of(event)
    try:
        with operation_storing(dependencies, rendered, name) as (transaction, files):
            add_row(transaction, NewDocument(name, document_type.label, rendered.proof, files, at))
            _count_remade(transaction, event)
        if event.edited_at is None:
            SECONDS_AFTER_SAVE.labels(document_type.value).observe(
                (portal_now() - at).total_seconds()
            )
    except IntegrityError:
        # Another process was faster with the same document: this one is not needed.
        if automatic_document(document_type, event) is None:
            raise


def _count_remade(transaction: Session, event: RegistrationSaved) -> None:
    """Count the document where it is the first to print the dates that its opening moved to
    last."""
    edition = transaction.get(Edition, (event.candidature_id, event.version, event.edition))
    if edition is None:
        return
    transaction.flush()  # another worker's document is refused before the count is held
    opening = (event.exam.label, event.session.label, event.academie.code)
    remade = transaction.get(RemadeDocuments, opening, with_for_update=True)
    if remade is not None and remade.dates == edition.dates:
        remade.made = remade.made + 1
        remade.last_made_at = portal_now()


def request_reminders(transaction: Session, event: PiecesReminded, event_id: str) -> None:
    """Ask for the document of each candidature of the reminder."""
    for candidature in event.candidatures:
        work = ReminderToMake(event_id, event.reminded_at, candidature)
        follow_up(transaction, MAKE_REMINDER, data_of(work), subject=candidature.candidature_id)


def make_reminder(dependencies: Dependencies, work: ReminderToMake) -> None:
    """Make the « Relance », unless it is made already or its candidature is withdrawn.

    Raises NotFound before the version's own event has come, StoreUnavailable: to be tried again.
    """
    incomplete = work.candidature
    saved = found(saved_event(incomplete.candidature_id, incomplete.version))
    document_id = derived_id(work.event_id, incomplete.candidature_id)
    if is_withdrawn(saved) or is_there(document_id):
        return
    reminded_at = datetime.fromisoformat(work.reminded_at)
    type = DocumentType.RELANCE
    sheet = relance(saved, incomplete.groups, reminded_at, dependencies.letterhead)
    proof = dependencies.paper_keys.proof_of(facts_of(saved, type.label, reminded_at, document_id))
    rendered = rendered_paper(dependencies, sheet, proof)
    name = DocumentName(saved.candidature_id, type.value, 0, document_id)
    add_document(dependencies, rendered, name, type.label, reminded_at)
