"""The files of an import: uploaded, then taken: a CSV is checked line by line, PDFs are matched by the N° candidat in
their names, looked into, and stored."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now
from services.chassis.errors import Conflict, NotFound, TooLarge
from services.chassis.french import file_size
from services.chassis.process.capacity import Limit
from services.contracts.document_rules import (
    CSV,
    MAX_ARCHIVE_BYTES,
    MAX_CSV_BYTES,
    MAX_LINES,
    READY,
    DocumentType,
)
from services.documents.dependencies import Dependencies
from services.documents.domain.document_names import derived_id
from services.documents.domain.import_columns import COLUMNS
from services.documents.domain.import_csv import (
    CheckedImport,
    Refusal,
    Values,
    check_rows,
    completed_lines,
    numeros_of,
    read_csv,
    refused,
    what_is_missing,
)
from services.documents.domain.pdf_archives import files_of, names_of, numero_in, shown_name
from services.documents.domain.recipients import Candidature, Publisher, Recipients
from services.documents.models import Import, ImportDocument, ImportRefusal, Upload, db
from services.documents.operations.imports import (
    add_refusals,
    mark_checked,
    record,
    refuse_unless_open,
    uploads,
)
from services.documents.operations.publishing import store_upload
from services.documents.pdf_checks import refusal_of
from services.documents.queries.candidatures import recipients_of
from services.documents.queries.imports import import_in, import_of, refused_lines, scope_of
from services.objects import discard, operation_naming, retire
from services.uploads.uploads import Progress, UploadsChanged

LinesByCandidature = Mapping[str, Sequence[Values]]
_IN_MEMORY = 1024 * 1024  # bytes of a sending; more is on disk
# Of this process: each has a program that reads PDFs, and takes the thread of a request for as long as a minute.
_sendings = Limit("imported_pdfs", 1, 1, refusal="D'autres envois de PDF sont en cours : réessayez dans un instant.")
ALREADY_THERE = "Un PDF de ce candidat est déjà dans cette publication"


@dataclass(frozen=True)
class _StoredPdf:
    candidature: Candidature
    name: str
    key: str


def begin_upload(publisher: Publisher, import_id: str, filename: str, length: int) -> Progress:
    """Announce a file of `length` bytes. Raises NotFound, Conflict once the import is published or given up, TooLarge,
    TooManyUploads."""
    with db.operation() as session:
        row = import_in(session, publisher, import_id, for_change=True)
        refuse_unless_open(row)
        largest = MAX_CSV_BYTES if row.source == CSV else MAX_ARCHIVE_BYTES
        if length > largest:
            raise TooLarge(
                f"La taille d'un envoi ne doit pas excéder {file_size(largest)} : rien n'a été gardé. "
                "Envoyez le contenu en plusieurs fois."
            )
        name, at = shown_name(filename), portal_now()
        return uploads.begin(session, publisher.id, filename=name, length=length, at=at, import_id=import_id)


def take_uploads(dependencies: Dependencies, publisher: Publisher, import_id: str, upload_ids: Sequence[str]) -> Import:
    """Check what was uploaded; what this import has taken already, or takes meanwhile, is not taken again.

    Raises NotFound, also for an upload given up meanwhile, UploadIncomplete, Conflict once the import is published or
    given up, Invalid for a file that cannot be read, Unavailable while the store does not answer: then nothing of that
    file is kept.
    """
    for upload_id in upload_ids:
        row = import_of(publisher, import_id)
        try:
            _take(dependencies, publisher, row, upload_id)
        except UploadsChanged:
            if not _is_taken(publisher, row, upload_id):
                raise
    return import_of(publisher, import_id)


def _take(dependencies: Dependencies, publisher: Publisher, row: Import, upload_id: str) -> None:
    with db.reading() as session:
        upload = uploads.complete(session, publisher.id, upload_id)
    if upload.import_id != row.id:
        raise NotFound("Cet envoi n'est pas celui de cette publication.")
    if upload.became_id is None:
        refuse_unless_open(row)
        if row.source == CSV:
            _check_csv(publisher, row, upload)
        else:
            _add_pdfs(dependencies, publisher, row, upload)


def _is_taken(publisher: Publisher, row: Import, upload_id: str) -> bool:
    """By the same call, given at the same moment. Raises NotFound, UploadIncomplete."""
    with db.reading() as session:
        return uploads.complete(session, publisher.id, upload_id).became_id == row.id


def _taking(session: Session, publisher: Publisher, upload: Upload) -> Import:
    """The upload's import, locked, which takes it in this transaction. Raises NotFound, Conflict, UploadsChanged."""
    row = import_in(session, publisher, upload.import_id, for_change=True)
    refuse_unless_open(row)
    uploads.take(session, [upload.id], row.id)
    return row


def _check_csv(publisher: Publisher, row: Import, upload: Upload) -> None:
    """Check a CSV line by line and keep the report; a file sent before is replaced, or completed by its refused lines
    that come back. Raises Invalid for a file that cannot be read, Conflict where another was checked meanwhile."""
    document_type = DocumentType(row.type)  # of a CSV: one of the guide's
    revision = row.revision
    parsed = read_csv(b"".join(uploads.read(upload)), COLUMNS[document_type], refused_lines(row))
    recipients = recipients_of(scope_of(row), publisher, numeros_of(parsed))
    checked = check_rows(document_type, parsed, recipients)
    with db.operation() as session:
        row = _taking(session, publisher, upload)
        if parsed.completes and row.revision != revision:
            raise Conflict("Un autre fichier vient d'être contrôlé : relisez le compte rendu, puis recommencez.")
        earlier = _delete_rows(session, row.id, checked if parsed.completes else None)
        _add_rows(session, row, checked, parsed.records, earlier)
        row.filename, row.unused_columns = upload.filename, list(parsed.unused_columns)
        row.headings, row.unfilled = parsed.headings, parsed.unfilled
        row.ready = session.scalar(select(func.count()).where(ImportDocument.import_id == row.id)) or 0
        row.refused = sum(not refusal.is_repeated for refusal in checked.refusals)
        mark_checked(row)
        record(session, publisher, "import.checked", row.id, ready=row.ready, refused=row.refused)


def _add_rows(
    session: Session, row: Import, checked: CheckedImport, records: Mapping[int, list[str]], earlier: LinesByCandidature
) -> None:
    first = _next_position(session, ImportDocument, row.id)
    type = DocumentType(row.type)
    rows = [
        {
            "id": derived_id(row.id, document.candidature.id),
            "import_id": row.id,
            "position": position,
            "candidature_id": document.candidature.id,
            "numero_candidat": document.candidature.numero_candidat,
            "content": (lines := completed_lines(type, earlier.get(document.candidature.id, ()), document.lines)),
            "state": READY,
            "reason": what_is_missing(lines, document.candidature),
        }
        for position, document in enumerate(checked.documents, first)
    ]
    if rows:
        session.execute(insert(ImportDocument), rows)
    add_refusals(session, row.id, checked.refusals, records=records)


def _delete_rows(session: Session, import_id: str, completing: CheckedImport | None) -> LinesByCandidature:
    """What was checked before; all documents, or those that are made anew, whose lines are returned."""
    documents, earlier = ImportDocument.import_id == import_id, {}
    if completing is not None:
        anew = [derived_id(import_id, document.candidature.id) for document in completing.documents]
        documents = ImportDocument.id.in_(anew)
        lines = select(ImportDocument.candidature_id, ImportDocument.content).where(documents)
        earlier = dict(session.execute(lines).all())
    session.execute(delete(ImportDocument).where(documents))
    session.execute(delete(ImportRefusal).where(ImportRefusal.import_id == import_id))
    return earlier


def _add_pdfs(dependencies: Dependencies, publisher: Publisher, row: Import, upload: Upload) -> None:
    """Add a PDF, or those of a ZIP archive; the reason is kept of each that is not added. Raises Invalid for an archive
    that cannot be read, Unavailable while the store does not answer."""
    with _sendings.place(), tempfile.SpooledTemporaryFile(_IN_MEMORY) as spooled:
        spooled.writelines(uploads.read(upload))
        spooled.seek(0)
        stored, refusals = _store_all(dependencies, publisher, row, upload.filename, spooled)  # type: ignore[arg-type]
    with operation_naming(db, dependencies.store, *(pdf.key for pdf in stored)) as session:
        row = _taking(session, publisher, upload)
        added = _add_documents(session, row, stored, refusals)
        _replace_refusals(session, row.id, {pdf.name for pdf in stored}, refusals)
        row.filename, row.ready = upload.filename, row.ready + added
        row.refused = session.scalar(select(func.count()).where(ImportRefusal.import_id == row.id)) or 0
        mark_checked(row)
        record(session, publisher, "import.checked", row.id, ready=row.ready, refused=row.refused)


def _store_all(
    dependencies: Dependencies, publisher: Publisher, row: Import, filename: str, content: BinaryIO
) -> tuple[list[_StoredPdf], list[Refusal]]:
    """What was stored, and what was not and why. Nothing stays in the store after an error."""
    stored: list[_StoredPdf] = []
    refusals: list[Refusal] = []
    recipients = recipients_of(scope_of(row), publisher, set(_numeros(names_of(filename, content))))
    try:
        for name, read in files_of(filename, content):
            result = _store(dependencies, row, recipients, shown_name(name), read)
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
    name: str,
    read: bytes | str,
) -> _StoredPdf | Refusal:
    numero = ""
    try:
        numero = numero_in(name)
        candidature = recipients.find(numero)
    except ValueError as error:
        return Refusal(name, numero, str(error))
    reason = read if isinstance(read, str) else refusal_of(dependencies.pdf_checks, read)
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
