"""Adds uploaded PDFs to an import: matched by the N° candidat in their names, looked into, stored."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from services.chassis.process.capacity import Limit
from services.contracts.document_rules import MAX_LINES, PDF, READY
from services.documents.dependencies import Dependencies
from services.documents.domain.document_names import derived_id
from services.documents.domain.import_csv import Refusal, refused
from services.documents.domain.pdf_archives import files_of, names_of, numero_in, shown_name
from services.documents.domain.recipients import Candidature, Publisher, Recipients
from services.documents.inspection.processes import PdfInspector
from services.documents.models import Import, ImportDocument, ImportRefusal, db
from services.documents.operations.imports import add_refusals, mark_checked, record, refuse_unless_open, scope_of
from services.documents.operations.publishing import store_upload
from services.documents.queries.candidatures import recipients_of
from services.documents.queries.imports import import_in, import_of
from services.objects import discard, operation_naming, retire

_IN_MEMORY = 1024 * 1024  # bytes of a sending; more is on disk
# Of this process: each has a process that reads PDFs, and takes the thread of a request for as long as a minute.
_sendings = Limit("imported_pdfs", 2, 1, "D'autres envois de PDF sont en cours : réessayez dans un instant.")
ALREADY_THERE = "Un PDF de ce candidat est déjà dans cette publication"


@dataclass(frozen=True)
class _StoredPdf:
    candidature: Candidature
    name: str
    key: str


def add_pdfs(
    dependencies: Dependencies, publisher: Publisher, import_id: str, filename: str, content: BinaryIO
) -> Import:
    """Add a PDF, or those of a ZIP archive, to the import; the reason is kept of each that is not added.

    Raises NotFound, Conflict once the import is published or given up, Invalid for an archive that cannot be read,
    Unavailable while the store does not answer: then nothing of the sending is kept.
    """
    row = import_of(publisher, import_id)
    refuse_unless_open(row, PDF)
    with _sendings.place(), tempfile.SpooledTemporaryFile(_IN_MEMORY) as spooled:
        shutil.copyfileobj(content, spooled)
        spooled.seek(0)
        stored, refusals = _store_all(dependencies, publisher, row, shown_name(filename), spooled)  # type: ignore[arg-type]
    with operation_naming(db, dependencies.store, *(pdf.key for pdf in stored)) as session:
        row = import_in(session, publisher, import_id, for_change=True)
        refuse_unless_open(row, PDF)
        added = _add_documents(session, row, stored, refusals)
        _replace_refusals(session, import_id, {pdf.name for pdf in stored}, refusals)
        row.filename, row.ready = shown_name(filename), row.ready + added
        row.refused = session.scalar(select(func.count()).where(ImportRefusal.import_id == import_id)) or 0
        mark_checked(row)
        record(session, publisher, "import.checked", import_id, ready=row.ready, refused=row.refused)
    return row


def _store_all(
    dependencies: Dependencies, publisher: Publisher, row: Import, filename: str, content: BinaryIO
) -> tuple[list[_StoredPdf], list[Refusal]]:
    """What was stored, and what was not and why. Nothing stays in the store after an error."""
    stored: list[_StoredPdf] = []
    refusals: list[Refusal] = []
    recipients = recipients_of(scope_of(row), publisher, set(_numeros(names_of(filename, content))))
    try:
        with PdfInspector() as inspector:
            for name, read in files_of(filename, content):
                result = _store(dependencies, row, recipients, inspector, shown_name(name), read)
                (refusals if isinstance(result, Refusal) else stored).append(result)  # type: ignore[arg-type]
    except BaseException:
        discard(dependencies.store, *(pdf.key for pdf in stored))
        raise
    return stored, refusals


def _numeros(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        with suppress(ValueError):  # such a name is refused below, with the reason
            yield numero_in(name)


def _store(
    dependencies: Dependencies,
    row: Import,
    recipients: Recipients,
    inspector: PdfInspector,
    name: str,
    read: bytes | str,
) -> _StoredPdf | Refusal:
    numero = ""
    try:
        numero = numero_in(name)
        candidature = recipients.find(numero)
    except ValueError as error:
        return Refusal(name, numero, str(error))
    reason = read if isinstance(read, str) else inspector.refusal_of(read)
    if reason is not None or isinstance(read, str):
        return Refusal(name, numero, reason or "")
    return _StoredPdf(candidature, name, store_upload(dependencies, row.id, read))


def _add_documents(session: Session, row: Import, stored: list[_StoredPdf], refusals: list[Refusal]) -> int:
    """How many were added. A second one of a candidate is refused, unless its bytes are those of the first, and its
    object retired."""
    of_import = select(ImportDocument.id, ImportDocument.pdf_key).where(ImportDocument.import_id == row.id)
    known: dict[str, str | None] = dict(session.execute(of_import).all())
    position = _next_position(session, ImportDocument, row.id)
    documents: list[dict[str, Any]] = []
    for pdf in stored:
        document_id = derived_id(row.id, pdf.candidature.id)
        if document_id in known:
            if _digest(pdf.key) != _digest(known[document_id] or ""):
                refusals.append(Refusal(pdf.name, pdf.candidature.numero_candidat, ALREADY_THERE))
            retire(session, pdf.key)
            continue
        known[document_id] = pdf.key
        documents.append(
            {
                "id": document_id,
                "import_id": row.id,
                "position": position + len(documents),
                "candidature_id": pdf.candidature.id,
                "numero_candidat": pdf.candidature.numero_candidat,
                "content": [],
                "filename": pdf.name,
                "pdf_key": pdf.key,
                "state": READY,
            }
        )
    if len(known) > MAX_LINES:
        raise refused(f"Une publication a {MAX_LINES} documents au plus : préparez-en une autre.")
    if documents:
        session.execute(insert(ImportDocument), documents)
    return len(documents)


def _digest(key: str) -> str:
    """What the key of an uploaded PDF ends with: its SHA-256."""
    return key.rpartition("-")[2]


def _replace_refusals(session: Session, import_id: str, accepted: set[str], refusals: list[Refusal]) -> None:
    """Add the reasons of a sending; a file of the same name that was sent before has its reason no more."""
    names = sorted(accepted | {refusal.place for refusal in refusals})
    of_import = ImportRefusal.import_id == import_id
    session.execute(delete(ImportRefusal).where(of_import, ImportRefusal.place.in_(names)))
    add_refusals(session, import_id, refusals, _next_position(session, ImportRefusal, import_id))


def _next_position(session: Session, model: type[ImportDocument | ImportRefusal], import_id: str) -> int:
    highest = select(func.max(model.position)).where(model.import_id == import_id)
    return (session.scalar(highest) or 0) + 1
