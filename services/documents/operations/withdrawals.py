"""Takes back what was published, a whole import or one document of any origin: nothing is erased, candidates open it no
more."""

from sqlalchemy import select, update

from services.chassis.clock import portal_now
from services.chassis.errors import Conflict, NotFound
from services.contracts import document_rules as rules
from services.contracts import documents
from services.documents.domain.document_names import is_id
from services.documents.domain.recipients import Publisher
from services.documents.models import Candidature, Document, Import, ImportDocument, db
from services.documents.operations.imports import record
from services.documents.operations.publishing import announce
from services.documents.queries.imports import import_in


def withdraw_import(publisher: Publisher, import_id: str, *, reason: str, is_reason_shown: bool) -> Import:
    """Take back the documents of an import; what is not published yet will not be. Withdrawn already, nothing changes.

    `is_reason_shown`: to their candidates. Raises NotFound, Conflict for an import that was never published.
    """
    with db.operation() as session:
        row = import_in(session, publisher, import_id, for_change=True)
        if row.state == rules.WITHDRAWN:
            return row
        if row.state not in (rules.PUBLISHING, rules.PUBLISHED):
            raise Conflict("Cette publication n'a pas été lancée.")
        of_import = ImportDocument.import_id == import_id
        published = select(ImportDocument.id).where(of_import, ImportDocument.state == rules.PUBLISHED)
        shown = update(Document).where(Document.id.in_(published), Document.withdrawn_at.is_(None))
        at, told = portal_now(), reason if is_reason_shown else None
        end = {"withdrawn_at": at, "withdrawal_reason": reason, "is_reason_shown": is_reason_shown}
        candidatures = session.scalars(shown.values(end).returning(Document.candidature_id)).all()
        announce(session, documents.WITHDRAWN, row.title, candidatures, at, told)
        shown_or_waiting = ImportDocument.state.in_((rules.PUBLISHED, rules.READY))
        session.execute(update(ImportDocument).where(of_import, shown_or_waiting).values(state=rules.WITHDRAWN))
        row.withdrawn += row.published - row.withdrawn
        row.state, row.withdrawal_reason, row.ended_at = rules.WITHDRAWN, reason, portal_now()
        record(session, publisher, "import.withdrawn", import_id, documents=row.published)
    return row


def withdraw_document(publisher: Publisher, document_id: str, *, reason: str, is_reason_shown: bool) -> None:
    """Take back one published document; withdrawn already, nothing changes. Raises NotFound, also for one of another
    académie and for one that no gestionnaire published."""
    with db.operation() as session:
        document = session.get(Document, document_id) if is_id(document_id) else None
        if document is None or document.type in rules.AUTOMATIC_TYPES:
            raise NotFound()
        candidature = session.get_one(Candidature, document.candidature_id)
        if not publisher.may_publish_in(candidature.academie_code):
            raise NotFound()
        imported = session.get(ImportDocument, document_id)
        if imported is not None:  # its import first, as everybody who changes one does
            row = session.get_one(Import, imported.import_id, with_for_update=True)
            session.refresh(imported, with_for_update=True)
        session.refresh(document, with_for_update=True)
        if document.withdrawn_at is not None:
            return
        at, told = portal_now(), reason if is_reason_shown else None
        document.withdrawn_at, document.withdrawal_reason, document.is_reason_shown = at, reason, is_reason_shown
        announce(session, documents.WITHDRAWN, document.label, [candidature.id], at, told)
        if imported is not None:
            imported.state, imported.reason = rules.WITHDRAWN, reason
            row.withdrawn += 1
        record(session, publisher, "document.withdrawn", document_id, candidature=document.candidature_id)
