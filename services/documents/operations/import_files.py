"""The files of an import: uploaded, then taken: a CSV is checked line by line; PDFs wait for their
sender's turn, in which they are matched by the N° candidat in their names, looked into, and
stored."""

import io
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.chassis.errors import Conflict, DomainError, Invalid, NotFound, TooLarge, Unavailable
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.process.places import Limit
from services.clock import portal_now
from services.contracts import document_rules as rules
from services.documents.dependencies import Dependencies
from services.documents.domain import import_csv
from services.documents.domain.document_names import derived_id
from services.documents.domain.import_columns import COLUMNS
from services.documents.domain.import_csv import CheckedImport, Refusal, Values
from services.documents.domain.pdf_archives import files_of, names_of, numero_in, shown_name
from services.documents.domain.recipients import Candidature, Publisher, Recipients
from services.documents.models import Import, ImportDocument, ImportRefusal, Sending, Upload, db
from services.documents.operations import imports
from services.documents.operations.import_publication import FILE_LOST
from services.documents.operations.publishing import store_upload
from services.documents.pdf_checks import SENDING_SECONDS, refusal_of
from services.documents.queries.candidatures import recipients_of
from services.documents.queries.imports import (
    IS_WAITING,
    import_in,
    import_of,
    refused_lines,
    scope_of,
)
from services.french import file_size
from services.objects import ObjectMissing, StoreUnavailable, discard, operation_naming, retire
from services.uploads.uploads import Progress, UploadsChanged

LinesByCandidature = Mapping[str, Sequence[Values]]
_Columns = dict[str, object]
"""A row that is inserted, by the names of its columns."""
PROGRESS_SECONDS = 1.0  # between two notes of how far a check is
MOST_NAMED = 3  # files that took most of a sending's time
MOST_WAITING = rules.MAX_PDFS_PER_SENDING
"""Sendings of one sender that wait for their check: as many as a form of PDFs makes."""
RETRY_SECONDS = 60
TOO_MANY_WAIT = (
    f"{MOST_WAITING} de vos envois attendent leur contrôle : renvoyez la suite quand il aura "
    "avancé."
)
ALREADY_THERE = "Un PDF de ce candidat est déjà dans cette publication"
NOT_CHECKED = (
    "Cet envoi n'a pas pu être contrôlé, rien n'en est gardé : signalez-le à l'administrateur du "
    "portail"
)
log = structlog.get_logger()
# Of this process: each is in its memory twice, for the second that it takes to reach the store.
# Senders take turns.
_taken = Limit(
    "imported_pdfs",
    2,
    14,
    seconds=10.0,
    refusal="D'autres envois arrivent : réessayez dans un instant.",
)


class _Gone(Exception):
    """The sending was checked by another worker, or its import was given up."""


@dataclass(frozen=True)
class _StoredPdf:
    candidature: Candidature
    name: str
    key: str


@dataclass(frozen=True)
class _CheckedSending:
    """The outcome of a check: what was stored of a sending, and what was not and why."""

    stored: list[_StoredPdf]
    refusals: list[Refusal]

    @classmethod
    def refused(cls, sending: Sending, reason: str) -> "_CheckedSending":
        """Return a sending of which nothing is taken."""
        return cls([], [Refusal(sending.filename, "", reason)])


@dataclass(frozen=True)
class _AddedDocuments:
    """A count of the documents that were added to an import, and why others were not."""

    added: int
    refusals: list[Refusal]


def begin_upload(publisher: Publisher, import_id: str, filename: str, length: int) -> Progress:
    """Announce a file of `length` bytes. Raises NotFound, Conflict once the import is published or
    given up, TooLarge, TooMany."""
    with db.operation() as transaction:
        row = import_in(transaction, publisher, import_id, for_change=True)
        imports.refuse_unless_open(row)
        largest = rules.MAX_CSV_BYTES if row.source == rules.CSV else rules.MAX_ARCHIVE_BYTES
        if length > largest:
            raise TooLarge(
                f"La taille d'un envoi ne doit pas excéder {file_size(largest)} : rien n'a été "
                "gardé. Envoyez le contenu en plusieurs fois."
            )
        name = shown_name(filename)
        at = portal_now()
        return imports.uploads.begin(
            transaction, publisher.id, filename=name, length=length, at=at, import_id=import_id
        )


def take_upload(
    dependencies: Dependencies, publisher: Publisher, import_id: str, upload_id: str
) -> Import:
    """Check what was uploaded, PDFs later; what this import has taken already, or takes meanwhile,
    is not taken again.

    Raises NotFound, also for an upload given up meanwhile, UploadIncomplete, Conflict once the
    import is published or given up, Invalid for a file that cannot be read, Unavailable while the
    store does not answer: then nothing of that file is kept.
    """
    row = import_of(publisher, import_id)
    upload = _complete(publisher, import_id, upload_id)
    try:
        if upload.became_id is None:
            imports.refuse_unless_open(row)
            if row.source == rules.CSV:
                _check_csv(publisher, row, upload)
            else:
                _take_sending(dependencies, publisher, row, upload)
    except UploadsChanged:
        if (
            _complete(publisher, import_id, upload_id).became_id != import_id
        ):  # by the same call at the same moment
            raise
    return import_of(publisher, import_id)


def _complete(publisher: Publisher, import_id: str, upload_id: str) -> Upload:
    """Return an upload for that import, whose bytes all came. Raises NotFound, UploadIncomplete."""
    with db.reading() as transaction:
        upload: Upload = imports.uploads.complete(transaction, publisher.id, upload_id)
    if upload.import_id != import_id:
        raise NotFound("Cet envoi n'est pas celui de cette publication.")
    return upload


def _taking(transaction: Session, publisher: Publisher, upload: Upload) -> Import:
    """Lock and return the upload's import, which takes it in this transaction.

    Raises NotFound, Conflict, UploadsChanged.
    """
    row = import_in(transaction, publisher, upload.import_id, for_change=True)
    imports.refuse_unless_open(row)
    imports.uploads.take(transaction, [upload.id], row.id)
    return row


def _check_csv(publisher: Publisher, row: Import, upload: Upload) -> None:
    """Check a CSV line by line and keep the report; a file sent before is replaced, or completed by
    its refused lines that come back. Raises Invalid for a file that cannot be read, Conflict where
    another was checked meanwhile."""
    document_type = rules.DocumentType(row.type)  # of a CSV: one of the guide's
    revision = row.revision
    parsed = import_csv.read_csv(
        b"".join(imports.uploads.read(upload)), COLUMNS[document_type], refused_lines(row)
    )
    recipients = recipients_of(scope_of(row), publisher, import_csv.numeros_of(parsed))
    checked = import_csv.check_rows(document_type, parsed, recipients)
    with db.operation() as transaction:
        row = _taking(transaction, publisher, upload)
        if parsed.completes and row.revision != revision:
            raise Conflict(
                "Un autre fichier vient d'être contrôlé : relisez le compte rendu, puis "
                "recommencez."
            )
        earlier = _delete_rows(transaction, row.id, checked if parsed.completes else None)
        _add_rows(transaction, row, checked, parsed.records, earlier)
        row.filename = upload.filename
        row.unused_columns = list(parsed.unused_columns)
        row.headings = parsed.headings
        row.unfilled = parsed.unfilled
        row.ready = _hold_back(transaction, row.id)
        row.refused = sum(not refusal.is_repeated for refusal in checked.refusals)
        imports.mark_checked(row)
        imports.record(
            transaction, publisher, "import.checked", row.id, ready=row.ready, refused=row.refused
        )


def _add_rows(
    transaction: Session,
    row: Import,
    checked: CheckedImport,
    records: Mapping[int, list[str]],
    earlier: LinesByCandidature,
) -> None:
    rows: list[_Columns] = []
    type = rules.DocumentType(row.type)
    for position, document in enumerate(
        checked.documents, _next_position(transaction, ImportDocument, row.id)
    ):
        candidature = document.candidature
        lines = import_csv.completed_lines(type, earlier.get(candidature.id, ()), document.lines)
        missing = import_csv.what_is_missing(lines, candidature)
        rows.append(_csv_document(row.id, candidature, position, lines, missing))
    if rows:
        transaction.execute(insert(ImportDocument), rows)
    _add_refusals(transaction, row.id, checked.refusals, records=records)


def _hold_back(transaction: Session, import_id: str) -> int:
    """Keep from publication the documents whose candidates have a line to mend, and no others.

    A document that was ready waits where a line that came back is its candidate's and wrong again.
    Returns how many documents are ready.
    """
    of_import = ImportDocument.import_id == import_id
    to_mend = select(ImportRefusal.numero_candidat).where(
        ImportRefusal.import_id == import_id, ImportRefusal.cells.is_not(None)
    )
    waits = ImportDocument.numero_candidat.in_(to_mend)
    change = update(ImportDocument).execution_options(synchronize_session=False)
    transaction.execute(change.where(of_import, waits).values(state=rules.FAILED))
    transaction.execute(change.where(of_import, ~waits).values(state=rules.READY))
    ready = select(func.count()).where(of_import, ImportDocument.state == rules.READY)
    return transaction.scalar(ready) or 0


def _csv_document(
    import_id: str,
    candidature: Candidature,
    position: int,
    lines: Sequence[Values],
    missing: str | None,
) -> _Columns:
    """Return a document that is made of `lines`. `missing`: the épreuves for which it has none."""
    return {
        "id": derived_id(import_id, candidature.id),
        "import_id": import_id,
        "candidature_id": candidature.id,
        "numero_candidat": candidature.numero_candidat,
        "position": position,
        "state": rules.READY,
        "content": lines,
        "reason": missing,
    }


def _pdf_document(import_id: str, pdf: _StoredPdf, position: int) -> _Columns:
    """Return a document that is a PDF which was sent."""
    return {
        "id": derived_id(import_id, pdf.candidature.id),
        "import_id": import_id,
        "candidature_id": pdf.candidature.id,
        "numero_candidat": pdf.candidature.numero_candidat,
        "position": position,
        "state": rules.READY,
        "content": [],
        "filename": pdf.name,
        "pdf_key": pdf.key,
    }


def _delete_rows(
    transaction: Session, import_id: str, completing: CheckedImport | None
) -> LinesByCandidature:
    """Delete what was checked before: all documents of the import, or those that are made anew
    where it is completed. Return the lines of the latter by candidature."""
    documents = ImportDocument.import_id == import_id
    earlier: LinesByCandidature = {}
    if completing is not None:
        anew = [derived_id(import_id, document.candidature.id) for document in completing.documents]
        documents = ImportDocument.id.in_(anew)
        lines = select(ImportDocument.candidature_id, ImportDocument.content).where(documents)
        earlier = dict(transaction.execute(lines).all())
    transaction.execute(delete(ImportDocument).where(documents))
    transaction.execute(delete(ImportRefusal).where(ImportRefusal.import_id == import_id))
    return earlier


def _take_sending(
    dependencies: Dependencies, publisher: Publisher, row: Import, upload: Upload
) -> None:
    """Keep a PDF, or a ZIP archive of them, until its check. Raises Invalid for an archive that
    cannot be read, Unavailable while the store does not answer, or MOST_WAITING of the sender's
    wait already."""
    with db.reading() as transaction:
        own = select(func.count()).where(Sending.owner_id == publisher.id, IS_WAITING)
        if (transaction.scalar(own) or 0) >= MOST_WAITING:
            raise Unavailable(TOO_MANY_WAIT, retry_after=RETRY_SECONDS)
    with _taken.place(publisher.id):
        content = b"".join(imports.uploads.read(upload))
        files = len(names_of(upload.filename, io.BytesIO(content)))
        key = store_upload(dependencies, row.id, content, "bin")
    with operation_naming(db, dependencies.store, key) as transaction:
        row = _taking(transaction, publisher, upload)
        sending = Sending(
            import_id=row.id,
            owner_id=publisher.id,
            publisher=publisher,
            filename=upload.filename,
            object_key=key,
            files=files,
        )
        transaction.add(sending)
        imports.give_turn(transaction, publisher.id)
        imports.record(transaction, publisher, "import.sent", row.id, files=files)


def check_sending(dependencies: Dependencies, sending_id: str) -> None:
    """Add what is right in a sending to its import, with the reason of each other file; or refuse
    it as a whole. One that is checked already changes nothing, one whose import has ended is
    dropped.

    Raises StoreUnavailable or Unavailable, to be tried again.
    """
    with db.reading() as transaction:
        sending = transaction.scalar(select(Sending).where(Sending.id == sending_id, IS_WAITING))
        if sending is None:
            return
        row = transaction.get_one(Import, sending.import_id)
    if row.state not in imports.OPEN_STATES:  # by the version before, which knows of no sendings
        with db.operation() as transaction:
            transaction.get_one(Import, row.id, with_for_update=True)
            imports.end_sendings(transaction, row.id)
        return
    with suppress(_Gone):
        try:
            _settle(dependencies, sending, _checked_or_refused(dependencies, sending, row))
        except Invalid as refusal:
            _settle(dependencies, sending, _CheckedSending.refused(sending, refusal.detail))


def _checked_or_refused(
    dependencies: Dependencies, sending: Sending, row: Import
) -> _CheckedSending:
    """Check a sending, and refuse it as a whole where its files stop the check: the sender's other
    sendings have their turn.

    Raises as `_checked` does, what is tried again too.
    """
    try:
        return _checked(dependencies, sending, row)
    except (_Gone, StoreUnavailable, SQLAlchemyError, OSError, DomainError):
        raise
    except Exception as error:
        log.error(
            "sending_not_checked",
            sending_id=sending.id,
            reason=reason_of(error),
            frames=frames_of(error),
        )
        return _CheckedSending.refused(sending, NOT_CHECKED)


def _checked(dependencies: Dependencies, sending: Sending, row: Import) -> _CheckedSending:
    """Check the files of a sending, and store those that are taken.

    All is looked into before anything is stored, and nothing stays in the store after an error.
    Raises Invalid for a sending of which nothing is taken, _Gone.
    """
    try:
        content = dependencies.store.read(sending.object_key or "")
    except ObjectMissing as error:
        raise import_csv.refused(FILE_LOST) from error
    names = names_of(sending.filename, io.BytesIO(content))
    recipients = recipients_of(scope_of(row), sending.publisher, set(_numeros(names)))
    verdicts = list(_verdicts(dependencies, sending, recipients, content))
    refusals = [verdict for verdict in verdicts if isinstance(verdict, Refusal)]
    stored: list[_StoredPdf] = []
    try:
        for verdict, (name, read) in zip(
            verdicts, files_of(sending.filename, io.BytesIO(content)), strict=True
        ):
            if isinstance(verdict, Candidature) and isinstance(read, bytes):
                stored.append(
                    _StoredPdf(verdict, shown_name(name), store_upload(dependencies, row.id, read))
                )
    except BaseException:
        discard(dependencies.store, *(pdf.key for pdf in stored))
        raise
    return _CheckedSending(stored, refusals)


def _numeros(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        with suppress(ValueError):  # such a name is refused below, with the reason
            yield numero_in(name)


def _verdicts(
    dependencies: Dependencies, sending: Sending, recipients: Recipients, content: bytes
) -> Iterator[Candidature | Refusal]:
    """Yield for whom each file is, or why it is not taken.

    Raises Invalid beyond SENDING_SECONDS, _Gone.
    """
    spent: dict[str, float] = {}
    noted = time.monotonic()
    for number, (name, read) in enumerate(files_of(sending.filename, io.BytesIO(content))):
        if time.monotonic() - noted > PROGRESS_SECONDS:
            _note_progress(sending.id, number)
            noted = time.monotonic()
        verdict, seconds = _verdict(dependencies, recipients, shown_name(name), read)
        spent[name] = spent.get(name, 0.0) + seconds
        if sum(spent.values()) > SENDING_SECONDS:
            raise _took_too_long(spent)
        yield verdict


def _took_too_long(spent: Mapping[str, float]) -> Invalid:
    """Return the refusal that names the files which took most of the time. `spent`: seconds, by the
    names of files."""
    longest = sorted(spent, key=spent.__getitem__, reverse=True)[:MOST_NAMED]
    named = [f"« {shown_name(name)} »" for name in longest if spent[name] > spent[longest[0]] / 2]
    return import_csv.refused(
        "Le contrôle de cet envoi est trop long : rien n'en est gardé. À retirer d'abord "
        f": {', '.join(named)}"
    )


def _note_progress(sending_id: str, files: int) -> None:
    """Note how many files are checked. Raises _Gone, so that nothing more is looked into."""
    with db.operation() as transaction:
        waiting = update(Sending).where(Sending.id == sending_id, IS_WAITING)
        noted = waiting.values(files_checked=files).returning(Sending.id)
        if transaction.scalar(noted) is None:
            raise _Gone


def _verdict(
    dependencies: Dependencies, recipients: Recipients, name: str, read: bytes | str
) -> tuple[Candidature | Refusal, float]:
    """Return for whom a file is or why it is not taken, with the seconds of processor time that it
    took. `read`: the file, or why it cannot be read."""
    numero = ""
    try:
        numero = numero_in(name)
        candidature = recipients.find(numero)
    except ValueError as error:
        return Refusal(name, numero, str(error)), 0.0
    if isinstance(read, str):
        return Refusal(name, numero, read), 0.0
    reason, seconds = refusal_of(dependencies.pdf_checks, read)
    return candidature if reason is None else Refusal(name, numero, reason), seconds


def _settle(dependencies: Dependencies, sending: Sending, checked: _CheckedSending) -> None:
    """Add to its import what is right in a sending, with the reasons of the rest.

    Raises Invalid for more documents than an import has, Conflict, _Gone.
    """
    stored = checked.stored
    with operation_naming(db, dependencies.store, *(pdf.key for pdf in stored)) as transaction:
        row = transaction.get_one(Import, sending.import_id, with_for_update=True)
        if (
            transaction.scalar(select(Sending.id).where(Sending.id == sending.id, IS_WAITING))
            is None
        ):
            raise _Gone
        imports.refuse_unless_open(row)
        repeated = _add_documents(transaction, row, stored)
        _replace_refusals(
            transaction,
            row.id,
            {sending.filename, *(pdf.name for pdf in stored)},
            [*checked.refusals, *repeated.refusals],
        )
        row.filename = sending.filename
        row.ready = row.ready + repeated.added
        row.refused = (
            transaction.scalar(select(func.count()).where(ImportRefusal.import_id == row.id)) or 0
        )
        imports.mark_checked(row)
        imports.record(
            transaction,
            sending.publisher,
            "import.checked",
            row.id,
            ready=row.ready,
            refused=row.refused,
        )
        imports.end_sendings(transaction, row.id, Sending.id == sending.id)


def _add_documents(transaction: Session, row: Import, stored: list[_StoredPdf]) -> _AddedDocuments:
    """Add the PDFs to an import. A second one of a candidate is refused, unless its bytes are those
    of the first, and its object retired.

    Raises Invalid for more documents than an import has.
    """
    of_import = select(ImportDocument.id, ImportDocument.pdf_key).where(
        ImportDocument.import_id == row.id
    )
    known: dict[str, str | None] = dict(transaction.execute(of_import).all())
    position = _next_position(transaction, ImportDocument, row.id)
    documents: list[_Columns] = []
    refusals: list[Refusal] = []
    for pdf in stored:
        earlier = known.setdefault(derived_id(row.id, pdf.candidature.id), pdf.key)
        if earlier == pdf.key:
            documents.append(_pdf_document(row.id, pdf, position + len(documents)))
            continue
        if _digest(pdf.key) != _digest(earlier or ""):
            refusals.append(Refusal(pdf.name, pdf.candidature.numero_candidat, ALREADY_THERE))
        retire(transaction, pdf.key)
    if len(known) > rules.MAX_LINES:
        raise import_csv.refused(
            f"Une publication a {rules.MAX_LINES} documents au plus : préparez-en une autre."
        )
    if documents:
        transaction.execute(insert(ImportDocument), documents)
    return _AddedDocuments(len(documents), refusals)


def _digest(key: str) -> str:
    """Return the SHA-256 of an uploaded PDF, with which its key ends."""
    return key.rpartition("-")[2]


def _replace_refusals(
    transaction: Session, import_id: str, accepted: set[str], refusals: list[Refusal]
) -> None:
    """Add the reasons of a sending, and delete that of a file of the same name which was sent
    before."""
    names = sorted(accepted | {refusal.place for refusal in refusals})
    of_import = ImportRefusal.import_id == import_id
    transaction.execute(delete(ImportRefusal).where(of_import, ImportRefusal.place.in_(names)))
    _add_refusals(transaction, import_id, refusals)


def _next_position(
    transaction: Session, model: type[ImportDocument | ImportRefusal], import_id: str
) -> int:
    highest = select(func.max(model.position)).where(model.import_id == import_id)
    return (transaction.scalar(highest) or 0) + 1


def _add_refusals(
    transaction: Session,
    import_id: str,
    refusals: Iterable[Refusal],
    records: Mapping[int, list[str]] | None = None,
) -> None:
    """Add the reasons of a report behind those that are there; `records`: the lines of a CSV, by
    their numbers."""
    first = _next_position(transaction, ImportRefusal, import_id)
    rows = [
        {
            "import_id": import_id,
            "position": position,
            "place": refusal.place,
            "numero_candidat": refusal.numero_candidat,
            "reason": refusal.reason,
            "cells": (
                records.get(int(refusal.place)) if records and not refusal.is_repeated else None
            ),
        }
        for position, refusal in enumerate(refusals, first)
    ]
    if rows:
        transaction.execute(insert(ImportRefusal), rows)
