"""Reads ZIP archives of strangers within bounds, whatever sizes and names they claim. Nothing is
written to disk."""

import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, BinaryIO, cast

from services.chassis.errors import FieldError, Invalid
from services.french import file_size

ZIP_HEAD = b"PK\x03\x04"
MAX_DIRECTORY_BYTES = 2 * 1024 * 1024
"""Of the list of entries, with those that systems add: hundreds of bytes for each name."""
UNREADABLE = "Le fichier ne peut pas être extrait de l'archive"
# Of the other methods zipfile unpacks all that it has read at once: a few hundred bytes become
# gigabytes.
_BOUNDED_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ArchiveRefused(Invalid):
    """Nothing of the archive is taken."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors=(FieldError("#/fichier", detail),))


class TooManyFiles(ArchiveRefused):
    """The list of entries is too long."""


def is_archive(content: BinaryIO) -> bool:
    """By its first bytes; `content` is at its start, and will be again."""
    head = content.read(len(ZIP_HEAD))
    content.seek(0)
    return head == ZIP_HEAD


def opened(
    content: BinaryIO, max_files: int, advice: str = ""
) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """The archive, its list of entries read, and its files, without what systems add. Raises
    ArchiveRefused; TooManyFiles with `advice`."""
    try:
        archive = zipfile.ZipFile(cast(IO[bytes], _BoundedDirectory(content)))
        files = [
            entry
            for entry in archive.infolist()
            if not entry.is_dir() and not _is_of_system(entry.filename)
        ]
    except _DirectoryTooLong:
        files = None
    except Exception as error:  # zipfile may fail in any way on hostile bytes
        raise ArchiveRefused(
            "Ce fichier n'est pas une archive ZIP, ou elle est endommagée."
        ) from error
    if files is None or len(files) > max_files:
        raise TooManyFiles(f"L'archive a plus de {max_files} fichiers{advice}.")
    archive.fp = content
    return archive, files


def unpacked(
    archive: zipfile.ZipFile, files: Iterable[zipfile.ZipInfo], max_file_bytes: int, max_bytes: int
) -> Iterator[tuple[str, bytes | str]]:
    """The name of each file, and its content or why there is none: `too_large` or UNREADABLE. No
    more is unpacked of a file than `max_file_bytes`, whatever length it claims. Raises
    ArchiveRefused where all of them, those that turned out to be unreadable too, are more than
    `max_bytes`."""
    left = max_bytes
    for entry in files:
        content: bytes | str = UNREADABLE
        if entry.file_size > max_file_bytes:
            content = too_large(max_file_bytes)
        elif entry.compress_type in _BOUNDED_METHODS:
            left -= entry.file_size
            with suppress(Exception), archive.open(entry) as file:  # which may fail in any way
                content = file.read(max_file_bytes + 1)
        if left < 0:
            raise ArchiveRefused(f"L'archive dépasse {file_size(max_bytes)} une fois extraite.")
        yield entry.filename, content


def too_large(max_bytes: int) -> str:
    """Why a file is not taken, as a sentence without its end."""
    return f"Le fichier dépasse {file_size(max_bytes)}"


def has_unsafe_name(entry: zipfile.ZipInfo) -> bool:
    """Whether its name leads outside of the folder where it is extracted, or it is a link."""
    name = entry.orig_filename or entry.filename
    leads_outside = re.search(r"[\\\x00]|^/|^[A-Za-z]:", name) or ".." in name.split("/")
    return bool(leads_outside) or stat.S_ISLNK(entry.external_attr >> 16)


class _DirectoryTooLong(Exception):
    """The list of entries is longer than MAX_DIRECTORY_BYTES."""


class _BoundedDirectory:
    """The archive's file while its list of entries is read, which zipfile does in one piece. Raises
    _DirectoryTooLong for a longer one, whose entries would take many times its memory."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.seek = content.seek
        self.tell = content.tell

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise _DirectoryTooLong
        return self._content.read(-1 if size is None else size)


def _is_of_system(name: str) -> bool:
    """What macOS and Windows add to an archive by themselves."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return name.startswith("__MACOSX/") or base.startswith(".") or base == "Thumbs.db"
