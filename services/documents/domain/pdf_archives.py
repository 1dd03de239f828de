"""The PDFs of what an exam office sends: one file, or a ZIP archive of bounded sizes, whatever it claims to hold."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from services.chassis.french import file_size
from services.contracts.publication_rules import MAX_ARCHIVE_BYTES, MAX_PDF_BYTES, MAX_PDFS_PER_SENDING
from services.documents.domain.csv_content import refused

_ZIP_HEAD = b"PK\x03\x04"
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
MAX_UNPACKED_BYTES = 2 * MAX_ARCHIVE_BYTES
TOO_LARGE = f"Le fichier dépasse {file_size(MAX_PDF_BYTES)}"
UNREADABLE = "Le fichier ne peut pas être extrait de l'archive"
# Of the other methods zipfile unpacks all that it has read at once: a few hundred bytes become gigabytes.
_BOUNDED_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_DIRECTORY_BYTES = 2 * 1024 * 1024
"""Of the list of entries, with those that systems add: hundreds of bytes for each name."""
_TOO_MANY = f"L'archive a plus de {MAX_PDFS_PER_SENDING} fichiers : envoyez-en plusieurs, l'une après l'autre."


def files_of(name: str, content: BinaryIO) -> Iterator[tuple[str, bytes | str]]:
    """(name, bytes) of each file, or (name, reason why it cannot be read). `content` is at its start, and can seek.

    Raises Invalid for an archive that cannot be read, or holds too much.
    """
    if _is_archive(content):
        yield from _unpacked(content)
        return
    pdf = content.read(MAX_PDF_BYTES + 1)
    yield name, pdf if len(pdf) <= MAX_PDF_BYTES else TOO_LARGE


def names_of(name: str, content: BinaryIO) -> list[str]:
    """The names of the files; `content` is at its start, and will be again. Raises Invalid as files_of."""
    names = [entry.filename for entry in _entries(_opened(content))] if _is_archive(content) else [name]
    content.seek(0)
    return names


def _is_archive(content: BinaryIO) -> bool:
    head = content.read(len(_ZIP_HEAD))
    content.seek(0)
    return head == _ZIP_HEAD


class _BoundedDirectory(io.BufferedIOBase):
    """The archive's file while its list of entries is read, which zipfile does in one piece. Raises Invalid for a
    longer one, whose entries would take many times its memory."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > _MAX_DIRECTORY_BYTES:
            raise refused(_TOO_MANY)
        return self._content.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()


def _opened(content: BinaryIO) -> zipfile.ZipFile:
    directory: IO[bytes] = _BoundedDirectory(content)  # type: ignore[assignment]
    try:
        archive = zipfile.ZipFile(directory)
    except _READ_ERRORS as error:
        raise refused("L'archive ZIP est endommagée.") from error
    archive.fp = content
    return archive


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    files = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_of_system(entry.filename)]
    if not files:
        raise refused("L'archive ZIP est vide.")
    if len(files) > MAX_PDFS_PER_SENDING:
        raise refused(_TOO_MANY)
    return files


def _unpacked(content: BinaryIO) -> Iterator[tuple[str, bytes | str]]:
    archive = _opened(content)
    unpacked = 0
    for entry in _entries(archive):
        read = _entry(archive, entry)
        unpacked += _unpacked_bytes(entry, read)
        if unpacked > MAX_UNPACKED_BYTES:
            raise refused(f"L'archive dépasse {file_size(MAX_UNPACKED_BYTES)} une fois extraite.")
        yield entry.filename, read


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | str:
    """No more is read of it than a PDF may have, whatever length it claims."""
    if entry.file_size > MAX_PDF_BYTES:
        return TOO_LARGE
    if entry.compress_type not in _BOUNDED_METHODS:
        return UNREADABLE
    try:
        with archive.open(entry) as file:
            content = file.read(MAX_PDF_BYTES + 1)
    except _READ_ERRORS:
        return UNREADABLE
    return content if len(content) <= MAX_PDF_BYTES else TOO_LARGE


def _unpacked_bytes(entry: zipfile.ZipInfo, read: bytes | str) -> int:
    """How much was unpacked of the entry, also of one that turned out to be unreadable at its end."""
    if isinstance(read, bytes):
        return len(read)
    was_begun = read == UNREADABLE and entry.compress_type in _BOUNDED_METHODS
    return min(entry.file_size, MAX_PDF_BYTES) if was_begun else 0


def _is_of_system(name: str) -> bool:
    """What macOS and Windows add to an archive by themselves."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return name.startswith("__MACOSX/") or base.startswith(".") or base == "Thumbs.db"
