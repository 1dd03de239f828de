"""Reads ZIP archives of strangers within bounds, whatever sizes and names they claim. Nothing is written to disk."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from typing import IO, BinaryIO

ZIP_HEAD = b"PK\x03\x04"
MAX_DIRECTORY_BYTES = 2 * 1024 * 1024
"""Of the list of entries, with those that systems add: hundreds of bytes for each name."""
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
# Of the other methods zipfile unpacks all that it has read at once: a few hundred bytes become gigabytes.
_BOUNDED_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ArchiveDamaged(Exception):
    """The archive's list of entries cannot be read."""


class TooManyEntries(Exception):
    """The list of entries is longer than MAX_DIRECTORY_BYTES."""


class EntryTooLarge(Exception):
    """The entry is larger than may be read of it."""


class EntryUnreadable(Exception):
    """The entry is damaged, encrypted, or packed in a way that knows no bounds. `was_begun`: some was unpacked."""

    def __init__(self, was_begun: bool) -> None:
        super().__init__()
        self.was_begun = was_begun


def is_archive(content: BinaryIO) -> bool:
    """By its first bytes; `content` is at its start, and will be again."""
    head = content.read(len(ZIP_HEAD))
    content.seek(0)
    return head == ZIP_HEAD


def opened(content: BinaryIO) -> zipfile.ZipFile:
    """The archive, its list of entries read. Raises ArchiveDamaged, TooManyEntries."""
    directory: IO[bytes] = _BoundedDirectory(content)  # type: ignore[assignment]
    try:
        archive = zipfile.ZipFile(directory)
    except _READ_ERRORS as error:
        raise ArchiveDamaged from error
    archive.fp = content
    return archive


def files_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Its files, without folders and what systems add."""
    return [entry for entry in archive.infolist() if not entry.is_dir() and not _is_of_system(entry.filename)]


def content_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, max_bytes: int) -> bytes:
    """No more is unpacked than `max_bytes`, whatever length it claims. Raises EntryTooLarge, EntryUnreadable."""
    if entry.file_size > max_bytes:
        raise EntryTooLarge
    if entry.compress_type not in _BOUNDED_METHODS:
        raise EntryUnreadable(was_begun=False)
    try:
        with archive.open(entry) as file:
            content = file.read(max_bytes + 1)
    except _READ_ERRORS as error:
        raise EntryUnreadable(was_begun=True) from error
    if len(content) > max_bytes:
        raise EntryTooLarge
    return content


def has_unsafe_name(entry: zipfile.ZipInfo) -> bool:
    """Whether its name leads outside of the folder where it is extracted, or it is a link."""
    name = entry.orig_filename or entry.filename
    parts = re.split(r"[/\\]", name)
    leads_outside = (
        "\x00" in name or "\\" in name or name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name)
    )
    return bool(leads_outside) or stat.S_ISLNK(entry.external_attr >> 16)


class _BoundedDirectory(io.BufferedIOBase):
    """The archive's file while its list of entries is read, which zipfile does in one piece. Raises TooManyEntries for
    a longer one, whose entries would take many times its memory."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise TooManyEntries
        return self._content.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()


def _is_of_system(name: str) -> bool:
    """What macOS and Windows add to an archive by themselves."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return name.startswith("__MACOSX/") or base.startswith(".") or base == "Thumbs.db"
