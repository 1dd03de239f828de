"""Whether files that a candidate sent are accepted, and in which form: one as it is, a HEIC as
JPEG, several as a PDF.

They are merged in the order given: a picture becomes a page, a PDF brings all of its pages.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from services.chassis.errors import DomainError, TooLarge
from services.contracts.piece_rules import (
    HEIC_EXTENSIONS,
    MAX_FILE_BYTES,
    VIEWABLE_FORMATS,
    Format,
)
from services.french import file_size
from services.objects import ContentDigest
from services.pieces.dependencies import dependencies
from services.pieces.domain import refusals
from services.pieces.domain.files import (
    extension_of,
    is_heic_extension,
    list_formats,
    with_extension,
)
from services.pieces.domain.refusals import FileRefused, RefusalReason
from services.pieces.inspection.format_detection import is_heic
from services.pieces.inspection.inspections import Look
from services.pieces.models import Upload


@dataclass(frozen=True)
class ReceivedFile:
    """A whole file, positioned at its beginning, with its size and digest."""

    content: BinaryIO
    stored: ContentDigest


@contextmanager
def write_to_disk(chunks: Iterable[bytes]) -> Iterator[ReceivedFile]:
    """All chunks in one temporary file, for the block. What iterating raises is raised."""
    with TemporaryFile() as file:
        digest = hashlib.sha256()
        size = 0
        for chunk in chunks:
            digest.update(chunk)
            size += file.write(chunk)
        file.seek(0)
        yield ReceivedFile(cast(BinaryIO, file), ContentDigest(size, digest.hexdigest()))


def hold_in_memory(content: bytes) -> ReceivedFile:
    return ReceivedFile(
        io.BytesIO(content), ContentDigest(len(content), hashlib.sha256(content).hexdigest())
    )


@dataclass(frozen=True)
class AcceptedFile:
    """The file to be stored. `converted`: it is not byte for byte what was sent."""

    file: ReceivedFile
    filename: str
    format: Format
    converted: bool
    look: Look
    active: tuple[str, ...] | None


def accept_file(
    candidate_id: str, filename: str, file: ReceivedFile, accepted_formats: tuple[Format, ...]
) -> AcceptedFile:
    """Inspect the file and look at its legibility. Raises FileRefused, UnverifiableFile,
    Unavailable."""
    converted = Format.JPG in accepted_formats and is_heic(file.content)
    if converted:
        refuse_misnamed_heic(filename)
        file = hold_in_memory(
            dependencies().inspections.convert(candidate_id, "to_jpeg", file.content)
        )
        filename = with_extension(filename, Format.JPG)
    format, active = dependencies().inspections.inspect(
        candidate_id, file.content, filename, accepted_formats
    )
    look = (
        dependencies().inspections.look(candidate_id, file.content)
        if format in VIEWABLE_FORMATS
        else Look()
    )
    file.content.seek(0)
    return AcceptedFile(file, filename, format, converted, look, active)


def refuse_misnamed_heic(filename: str) -> None:
    """Raises FileRefused where the name of a HEIC says another format."""
    extension = extension_of(filename)
    if not is_heic_extension(extension):
        raise refusals.wrong_extension(extension, "HEIC", HEIC_EXTENSIONS[0])


def merge_into_pdf(
    candidate_id: str,
    uploads: Sequence[Upload],
    read: Callable[[Upload], Iterator[bytes]],
    accepted_formats: tuple[Format, ...],
) -> AcceptedFile:
    """One PDF of all uploads, which `read` reads one at a time, named after the first.

    Raises FileRefused or UnverifiableFile naming the file that is the cause, TooLarge naming the
    largest, Unavailable.
    """
    if Format.PDF not in accepted_formats:
        raise FileRefused(
            RefusalReason.FORMAT,
            "Plusieurs pages sont réunies en un PDF. "
            f"Formats acceptés : {list_formats(accepted_formats)}. Envoyez un seul fichier.",
        )
    documents = []
    for upload in uploads:
        try:
            with write_to_disk(read(upload)) as file:
                documents.append(_to_pdf(candidate_id, upload.filename, file))
        except DomainError as error:
            error.detail = f"« {upload.filename} » : {error.detail}"
            error.extra["upload"] = upload.id
            raise
    merged = _merge(candidate_id, uploads, documents)
    filename = with_extension(uploads[0].filename, Format.PDF)
    return replace(
        accept_file(candidate_id, filename, hold_in_memory(merged), (Format.PDF,)), converted=True
    )


def _to_pdf(candidate_id: str, filename: str, file: ReceivedFile) -> bytes:
    if is_heic(file.content):
        refuse_misnamed_heic(filename)
    elif (
        dependencies().inspections.inspect(candidate_id, file.content, filename, VIEWABLE_FORMATS)[
            0
        ]
        is Format.PDF
    ):
        file.content.seek(0)
        return file.content.read()
    return dependencies().inspections.convert(candidate_id, "to_pdf", file.content)


def _merge(candidate_id: str, uploads: Sequence[Upload], documents: list[bytes]) -> bytes:
    """Raises TooLarge."""
    sizes = [len(document) for document in documents]
    largest = max(range(len(sizes)), key=sizes.__getitem__)
    total = sum(sizes)
    if total <= 2 * MAX_FILE_BYTES:  # beyond, sharing what pages have in common cannot make it fit
        with write_to_disk(documents) as file:
            merged = dependencies().inspections.convert(
                candidate_id, "merge", file.content, lengths=sizes
            )
        if merged:
            return merged
    raise TooLarge(
        f"Réunies, les pages font {file_size(total)} : la taille ne doit pas excéder "
        f"{file_size(MAX_FILE_BYTES)}. La plus volumineuse est « {uploads[largest].filename} » "
        f"({file_size(sizes[largest])}) : réduisez-la ou retirez-la."
    )
