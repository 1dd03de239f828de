"""Several files made one PDF, in the order given: photographs become pages, documents bring all of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from services.chassis.errors import DomainError
from services.pieces.domain import formats
from services.pieces.domain import uploads as rules
from services.pieces.domain.filenames import renamed
from services.pieces.domain.formats import Format
from services.pieces.domain.refusals import LIMIT, FormatRefused
from services.pieces.inspection.kinds import is_heic
from services.pieces.inspection.verdicts import Task
from services.pieces.operations.accepting import Accepted, accepted, refuse_misnamed_heic
from services.pieces.operations.receiving import Received, held, on_disk
from services.pieces.parts import Parts

JOINED = (Format.PDF, Format.PNG, Format.JPG)


@dataclass(frozen=True)
class Page:
    """A file to be joined; `chunks` gives its bytes, so that one is held at a time."""

    id: str
    filename: str
    chunks: Callable[[], Iterator[bytes]]


def joined(parts: Parts, candidate_id: str, files: Sequence[Page], wanted: tuple[Format, ...]) -> Accepted:
    """One document of all. Raises FileRefused, FormatRefused or Unverifiable naming the file that is the cause,
    TooLarge naming the heaviest, Unavailable."""
    if Format.PDF not in wanted:
        shown = formats.shown(wanted)
        raise FormatRefused(
            f"Plusieurs pages sont réunies en un PDF. Formats acceptés : {shown}. Envoyez un seul fichier."
        )
    documents = list(_documents(parts, candidate_id, files))
    whole = _whole(parts, candidate_id, files, documents)
    name = renamed(files[0].filename, Format.PDF)
    return accepted(parts, candidate_id, name, held(whole), (Format.PDF,), converted=True)


def _documents(parts: Parts, candidate_id: str, files: Sequence[Page]) -> Iterator[bytes]:
    for file in files:
        with _naming(file), on_disk(file.chunks()) as received:
            yield _document(parts, candidate_id, file.filename, received)


def _document(parts: Parts, candidate_id: str, filename: str, file: Received) -> bytes:
    if is_heic(file.content):
        refuse_misnamed_heic(filename)
    elif parts.inspections.inspect(candidate_id, file.content, filename, JOINED) is Format.PDF:
        file.content.seek(0)
        return file.content.read()
    return parts.inspections.make(candidate_id, Task.PAGE, file.content).content


def _whole(parts: Parts, candidate_id: str, files: Sequence[Page], documents: list[bytes]) -> bytes:
    sizes = [len(document) for document in documents]
    heaviest = max(range(len(sizes)), key=sizes.__getitem__)
    together = sum(sizes)
    if together <= 2 * LIMIT:  # beyond, what pages have in common does not help any more
        with on_disk(documents) as file:
            whole = parts.inspections.make(candidate_id, Task.JOIN, file.content, lengths=sizes)
        if whole.content:
            return whole.content
    raise rules.too_large_together(together, files[heaviest].filename, sizes[heaviest])


@contextmanager
def _naming(file: Page) -> Iterator[None]:
    """Refusals say which of the files they are about."""
    try:
        yield
    except DomainError as error:
        error.detail = f"« {file.filename} » : {error.detail}"
        error.extra["upload"] = file.id
        raise
