"""Several files merged into one PDF in the order given: a picture becomes a page, a PDF brings all of its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from services.chassis.errors import DomainError
from services.contracts.piece_rules import MAX_FILE_BYTES
from services.pieces.dependencies import Dependencies
from services.pieces.domain import files
from services.pieces.domain import uploads as rules
from services.pieces.domain.files import Format, with_extension
from services.pieces.domain.refusals import FormatRefused
from services.pieces.inspection.format_detection import is_heic
from services.pieces.inspection.protocol import Task
from services.pieces.operations.file_acceptance import AcceptedFile, accept_file, refuse_misnamed_heic
from services.pieces.operations.received_files import ReceivedFile, hold_in_memory, write_to_disk


@dataclass(frozen=True)
class SourceFile:
    """A file to be merged. `id`: its upload's; `chunks` gives its bytes anew, so that one file is read at a time."""

    id: str
    filename: str
    chunks: Callable[[], Iterator[bytes]]


def merge_into_pdf(
    dependencies: Dependencies,
    candidate_id: str,
    files: Sequence[SourceFile],
    accepted_formats: tuple[Format, ...],
) -> AcceptedFile:
    """One PDF of all files, named after the first.

    Raises FileRefused, FormatRefused or UnverifiableFile naming the file that is the cause, TooLarge naming the
    largest, Unavailable.
    """
    if Format.PDF not in accepted_formats:
        raise FormatRefused(
            "Plusieurs pages sont réunies en un PDF. "
            f"Formats acceptés : {files.list_formats(accepted_formats)}. Envoyez un seul fichier."
        )
    documents = [_to_pdf_naming_file(dependencies, candidate_id, file) for file in files]
    merged = _merge(dependencies, candidate_id, files, documents)
    filename = with_extension(files[0].filename, Format.PDF)
    return accept_file(dependencies, candidate_id, filename, hold_in_memory(merged), (Format.PDF,), converted=True)


def _to_pdf_naming_file(dependencies: Dependencies, candidate_id: str, file: SourceFile) -> bytes:
    with _naming_file_in_errors(file), write_to_disk(file.chunks()) as content:
        return _to_pdf(dependencies, candidate_id, file.filename, content)


def _to_pdf(dependencies: Dependencies, candidate_id: str, filename: str, file: ReceivedFile) -> bytes:
    if is_heic(file.content):
        refuse_misnamed_heic(filename)
    elif dependencies.inspections.inspect(candidate_id, file.content, filename, files.VIEWABLE) is Format.PDF:
        file.content.seek(0)
        return file.content.read()
    return dependencies.inspections.convert(candidate_id, Task.PAGE, file.content).content


def _merge(dependencies: Dependencies, candidate_id: str, files: Sequence[SourceFile], documents: list[bytes]) -> bytes:
    """Raises TooLarge."""
    sizes = [len(document) for document in documents]
    largest = max(range(len(sizes)), key=sizes.__getitem__)
    total = sum(sizes)
    if total <= 2 * MAX_FILE_BYTES:  # beyond, sharing what pages have in common cannot make it fit
        with write_to_disk(documents) as file:
            merged = dependencies.inspections.convert(candidate_id, Task.MERGE, file.content, lengths=sizes)
        if merged.content:
            return merged.content
    raise rules.merged_too_large(total, files[largest].filename, sizes[largest])


@contextmanager
def _naming_file_in_errors(file: SourceFile) -> Iterator[None]:
    """Errors raised in the block say which of the files they are about."""
    try:
        yield
    except DomainError as error:
        error.detail = f"« {file.filename} » : {error.detail}"
        error.extra["upload"] = file.id
        raise
