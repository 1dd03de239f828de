"""Reads imports for those who may publish in their académie: lists, one with its documents and refusals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from services.chassis.clock import YEARS
from services.chassis.errors import FieldError, Invalid, NotFound
from services.contracts.api import staff_imports as api
from services.contracts.api.operation import answer_of
from services.contracts.document_rules import DOCUMENT_STATE_LABELS, SOURCE_LABELS, STATE_LABELS, type_label
from services.documents.domain.identifiers import is_id
from services.documents.domain.publisher import Publisher
from services.documents.models import Import, ImportDocument, ImportRefusal, db
from services.reference import academies

PAGE = 50  # imports
ROWS_PAGE = 100  # documents or refusals


def list_imports(publisher: Publisher, academie: str | None, cursor: str | None) -> api.Imports:
    """Those of the publisher's académies, or of one of them, the newest first.

    Raises Invalid for a cursor that this API did not give.
    """
    statement = select(Import).order_by(Import.created_at.desc(), Import.id.desc()).limit(PAGE + 1)
    if publisher.academies is not None:
        statement = statement.where(Import.academie_code.in_(publisher.academies))
    if academie is not None:
        statement = statement.where(Import.academie_code == academie)
    if cursor:
        statement = statement.where(tuple_(Import.created_at, Import.id) < _read_cursor(cursor))
    with db.reading_for_staff() as session:
        rows = list(session.scalars(statement))
    items = rows[:PAGE]
    last = items[-1] if len(rows) > PAGE else None
    next_cursor = f"{last.created_at.isoformat()}/{last.id}" if last else None
    return api.Imports(items=tuple(map(import_answer, items)), next_cursor=next_cursor)


def import_answer(row: Import) -> api.Import:
    academie = academies.by_code(row.academie_code)
    return answer_of(
        api.Import,
        row,
        type_label=type_label(row.type, row.type_label),
        source_label=SOURCE_LABELS[row.source],
        academie=row.academie_code,
        academie_label=academie.label if academie else row.academie_code,
        exam=row.exam_label,
        session=row.session_label,
        paragraphs=tuple(row.paragraphs),
        state_label=STATE_LABELS[row.state],
        unused_columns=tuple(row.unused_columns),
    )


def import_of(publisher: Publisher, import_id: str) -> Import:
    """An import of the publisher's académies. Raises NotFound."""
    with db.reading_for_staff() as session:
        return import_in(session, publisher, import_id)


def import_in(session: Session, publisher: Publisher, import_id: str, *, for_change: bool = False) -> Import:
    """The same within a transaction; `for_change` locks its row."""
    row = session.get(Import, import_id, with_for_update=for_change) if is_id(import_id) else None
    if row is None or not publisher.may_publish_in(row.academie_code):
        raise NotFound()
    return row


def list_refusals(publisher: Publisher, import_id: str, cursor: int) -> api.Refusals:
    """Why lines and files of an import are not published, in their order; `cursor`: the position of the last seen."""
    statement = select(ImportRefusal).where(ImportRefusal.import_id == import_id, ImportRefusal.position > cursor)
    statement = statement.order_by(ImportRefusal.position)
    with db.reading_for_staff() as session:
        import_in(session, publisher, import_id)
        rows, next_cursor = _page(session, statement)
    return api.Refusals(items=tuple(answer_of(api.Refusal, row) for row in rows), next_cursor=next_cursor)


def list_import_documents(
    publisher: Publisher, import_id: str, cursor: int = 0, *, numero_candidat: str | None = None
) -> api.ImportDocuments:
    """The documents of an import in their order, or those of one N° candidat."""
    of_import = (ImportDocument.import_id == import_id, ImportDocument.position > cursor)
    statement = select(ImportDocument).where(*of_import).order_by(ImportDocument.position)
    if numero_candidat:
        statement = statement.where(ImportDocument.numero_candidat == numero_candidat)
    with db.reading_for_staff() as session:
        import_in(session, publisher, import_id)
        rows, next_cursor = _page(session, statement)
    items = (answer_of(api.ImportDocument, row, state_label=DOCUMENT_STATE_LABELS[row.state]) for row in rows)
    return api.ImportDocuments(items=tuple(items), next_cursor=next_cursor)


def import_document_of(publisher: Publisher, import_id: str, document_id: str | None) -> ImportDocument:
    """The document of that id, or the first of the import. Raises NotFound."""
    statement = select(ImportDocument).where(ImportDocument.import_id == import_id).order_by(ImportDocument.position)
    if document_id is not None:
        statement = statement.where(ImportDocument.id == document_id)
    with db.reading_for_staff() as session:
        import_in(session, publisher, import_id)
        document = session.scalar(statement.limit(1))
    if document is None:
        raise NotFound()
    return document


def _page(session: Session, statement: Select[Any]) -> tuple[list[Any], str | None]:
    """The first rows, and what to ask the following ones with; None where there are none."""
    rows = list(session.scalars(statement.limit(ROWS_PAGE + 1)))
    items = rows[:ROWS_PAGE]
    return items, str(items[-1].position) if len(rows) > ROWS_PAGE else None


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    at, _, last_id = cursor.partition("/")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or instant.year not in YEARS or not is_id(last_id):
        detail = "Ce curseur n'est pas de cette liste."
        raise Invalid(detail, errors=(FieldError("#/cursor", detail),))
    return instant, last_id
