"""Checks of ZIP and DOCX, by their central directory alone: nothing is ever extracted.

Declared sizes are trusted only where they are possible: entries that overlap, or that are smaller than deflate can
make them, are signs of a bomb.
"""

from __future__ import annotations

import re
import struct
import zipfile
from operator import attrgetter
from typing import BinaryIO

from services.chassis.untrusted_archives import has_unsafe_name
from services.pieces.domain.refusals import FileRefused, RefusalReason, damaged, gender_agreement, protected

MAX_ENTRIES = 1000
MAX_EXTRACTED_BYTES = 200 * 1024 * 1024  # of all entries, as declared
MAX_RATIO = 200  # extracted by packed bytes, of a whole archive; documents have ten, pictures one
RATIO_FROM = 1024 * 1024  # extracted bytes from which on the ratio is checked
DEFLATE_LIMIT = 1032  # bytes that one deflated byte can give at most
DOCX_NOUN_PHRASE = "Ce document DOCX"

_NESTED_NAME = re.compile(r"\.(zip|rar|7z|gz|tgz|bz2|xz|tar|jar|cab|iso|zst|lzh|arj)$", re.IGNORECASE)
_END_RECORD = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LOCAL_MARK = b"PK\x03\x04"
_LOCAL_HEADER = 30  # bytes before the name
_DOCUMENT_NAME = re.compile(r"word/document\d*\.xml")
_TYPES_NAME = "[Content_Types].xml"


def is_docx(content: BinaryIO) -> bool:
    """Whether the directory lists the parts of a Word document, sound or not."""
    try:
        names = {entry.filename for entry in _read_entries(content)}
    except FileRefused:
        return False
    return _TYPES_NAME in names and any(_DOCUMENT_NAME.fullmatch(name) for name in names)


def check_directory(content: BinaryIO, noun_phrase: str) -> None:
    """Raises FileRefused where there is no readable directory; `noun_phrase`: what the file says it is."""
    _read_entries(content, noun_phrase)


def check_zip(content: BinaryIO) -> None:
    """Raises FileRefused for an archive that is damaged, encrypted, empty, a bomb, contains another archive, or has
    names that lead outside of the folder where it is extracted."""
    _check_entries(content, "Cette archive ZIP")
    if any(_NESTED_NAME.search(entry.filename) for entry in _read_entries(content)):
        raise _archive_refused(
            RefusalReason.NESTED, "contient une autre archive : envoyez les fichiers dans une seule archive"
        )


def check_docx(content: BinaryIO) -> None:
    """Raises FileRefused for a Word document that is damaged, encrypted, a bomb, or that carries macros."""
    _check_entries(content, DOCX_NOUN_PHRASE)
    names = {entry.filename.casefold() for entry in _read_entries(content)}
    if "word/vbaproject.bin" in names:
        raise FileRefused(
            RefusalReason.MACROS,
            "Ce document Word contient des macros : enregistrez-le au format DOCX sans macros, ou en PDF.",
        )


def _check_entries(content: BinaryIO, noun_phrase: str) -> None:
    entries = _read_entries(content, noun_phrase)
    files = [entry for entry in entries if not entry.is_dir()]
    if not files:
        raise FileRefused(RefusalReason.EMPTY, f"{noun_phrase} est vide.")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise protected(noun_phrase)
    if any(has_unsafe_name(entry) for entry in entries):
        raise _archive_refused(
            RefusalReason.UNSAFE_NAMES,
            "contient des noms de fichiers qui ne sont pas admis (chemins, liens)",
            noun_phrase,
        )
    if _is_bomb(entries):
        e, _, _ = gender_agreement(noun_phrase)
        raise _archive_refused(
            RefusalReason.BOMB, f"est anormalement compressé{e} : son contenu est beaucoup trop volumineux", noun_phrase
        )
    _check_offsets(content, entries, noun_phrase)


def _read_entries(content: BinaryIO, noun_phrase: str = "Cette archive ZIP") -> list[zipfile.ZipInfo]:
    """The entries of the directory, which is read only where it announces no more than MAX_ENTRIES.

    Raises FileRefused.
    """
    if _announced_entries(content) > MAX_ENTRIES:
        raise _archive_refused(RefusalReason.TOO_MANY_ENTRIES, f"contient plus de {MAX_ENTRIES} fichiers", noun_phrase)
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
    except (Exception, RecursionError) as error:  # zipfile may fail in any way on hostile bytes
        raise damaged(noun_phrase) from error
    if len(entries) > MAX_ENTRIES:
        raise _archive_refused(RefusalReason.TOO_MANY_ENTRIES, f"contient plus de {MAX_ENTRIES} fichiers", noun_phrase)
    return entries


def _announced_entries(content: BinaryIO) -> int:
    """The number of entries that the end record of the directory announces; 0 without an end record."""
    size = content.seek(0, 2)
    content.seek(max(0, size - 65_535 - _END_RECORD.size))
    tail = content.read()
    offset = tail.rfind(_END_MARK)
    if offset < 0 or len(tail) - offset < _END_RECORD.size:
        return 0
    return int(_END_RECORD.unpack_from(tail, offset)[4])


def _is_bomb(entries: list[zipfile.ZipInfo]) -> bool:
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    impossible = any(
        entry.compress_type == zipfile.ZIP_DEFLATED and entry.file_size > (entry.compress_size + 16) * DEFLATE_LIMIT
        for entry in entries
    )
    return total > MAX_EXTRACTED_BYTES or impossible or (total > RATIO_FROM and total > packed * MAX_RATIO)


def _check_offsets(content: BinaryIO, entries: list[zipfile.ZipInfo], noun_phrase: str) -> None:
    """Every entry begins where the directory says, and none shares bytes with another. Raises FileRefused."""
    end = 0
    for entry in sorted(entries, key=attrgetter("header_offset")):
        content.seek(entry.header_offset)
        header = content.read(_LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER or not header.startswith(_LOCAL_MARK):
            raise damaged(noun_phrase)
        if entry.header_offset < end:
            e, _, _ = gender_agreement(noun_phrase)
            raise _archive_refused(
                RefusalReason.BOMB, f"est construit{e} de façon anormale : ses fichiers se recouvrent", noun_phrase
            )
        name_length, extra_length = struct.unpack_from("<2H", header, 26)
        end = entry.header_offset + _LOCAL_HEADER + name_length + extra_length + entry.compress_size
    if end > content.seek(0, 2):
        raise damaged(noun_phrase)


def _archive_refused(reason: RefusalReason, why: str, noun_phrase: str = "Cette archive ZIP") -> FileRefused:
    return FileRefused(reason, f"{noun_phrase} {why}.")
