"""ZIP and DOCX: judged by their directory alone, nothing is ever extracted.

Declared sizes are believed only where they are possible: entries that overlap, or that would shrink more than the
method can, are the marks of a bomb.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from typing import BinaryIO

from services.pieces.domain.refusals import FileRefused, agreement, damaged, protected

MOST_ENTRIES = 1000
MOST_BYTES = 200 * 1024 * 1024  # once extracted
MOST_RATIO = 200  # of a whole archive beyond a megabyte; documents shrink ten times, pictures not at all
RATIO_FROM = 1024 * 1024
DEFLATE_LIMIT = 1032  # no deflated byte gives more
WORD = "Ce document DOCX"

_NESTED = re.compile(r"\.(zip|rar|7z|gz|tgz|bz2|xz|tar|jar|cab|iso|zst|lzh|arj)$", re.IGNORECASE)
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LOCAL_MARK = b"PK\x03\x04"
_LOCAL_HEADER = 30  # bytes before the name
_DOCUMENT = re.compile(r"word/document\d*\.xml")
_TYPES = "[Content_Types].xml"


def is_word(content: BinaryIO) -> bool:
    """Whether the directory is that of a Word document, sound or not."""
    try:
        names = {entry.filename for entry in _entries(content)}
    except FileRefused:
        return False
    return _TYPES in names and any(_DOCUMENT.fullmatch(name) for name in names)


def check_directory(content: BinaryIO, what: str) -> None:
    """Raises FileRefused where what calls itself `what` has no directory that can be read."""
    _entries(content, what)


def check_zip(content: BinaryIO) -> None:
    """Raises FileRefused for an archive that is damaged, locked, empty, nested, a bomb, or that writes elsewhere."""
    _check(content, "Cette archive ZIP")
    if any(_NESTED.search(entry.filename) for entry in _entries(content)):
        raise _refused("nested", "contient une autre archive : envoyez les fichiers dans une seule archive")


def check_docx(content: BinaryIO) -> None:
    """Raises FileRefused for a Word document that is damaged, a bomb, or that carries macros."""
    _check(content, WORD)
    names = {entry.filename.casefold() for entry in _entries(content)}
    if "word/vbaproject.bin" in names:
        raise FileRefused(
            "macros", "Ce document Word contient des macros : enregistrez-le au format DOCX sans macros, ou en PDF."
        )


def _check(content: BinaryIO, what: str) -> None:
    entries = _entries(content, what)
    files = [entry for entry in entries if not entry.is_dir()]
    if not files:
        raise FileRefused("empty", f"{what} est vide.")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise protected(what)
    if any(_leads_elsewhere(entry) for entry in entries):
        raise _refused("unsafe_names", "contient des noms de fichiers qui ne sont pas admis (chemins, liens)", what)
    if _is_bomb(entries):
        e, _, _ = agreement(what)
        raise _refused("bomb", f"est anormalement compressé{e} : son contenu est beaucoup trop volumineux", what)
    _check_places(content, entries, what)


def _entries(content: BinaryIO, what: str = "Cette archive ZIP") -> list[zipfile.ZipInfo]:
    """The directory, read only where its announced length is reasonable."""
    if _announced(content) > MOST_ENTRIES:
        raise _refused("too_many_entries", f"contient plus de {MOST_ENTRIES} fichiers", what)
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
    except (Exception, RecursionError) as error:  # any bytes at all are read here
        raise damaged(what) from error
    if len(entries) > MOST_ENTRIES:
        raise _refused("too_many_entries", f"contient plus de {MOST_ENTRIES} fichiers", what)
    return entries


def _announced(content: BinaryIO) -> int:
    """The number of entries that the end of the directory announces; 0 where there is no such end."""
    size = content.seek(0, 2)
    content.seek(max(0, size - 65_535 - _END.size))
    tail = content.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        return 0
    return int(_END.unpack_from(tail, at)[4])


def _leads_elsewhere(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename or entry.filename
    parts = re.split(r"[/\\]", name)
    odd = "\x00" in name or "\\" in name or name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name)
    return bool(odd) or stat.S_ISLNK(entry.external_attr >> 16)


def _is_bomb(entries: list[zipfile.ZipInfo]) -> bool:
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    impossible = any(
        entry.compress_type == zipfile.ZIP_DEFLATED and entry.file_size > (entry.compress_size + 16) * DEFLATE_LIMIT
        for entry in entries
    )
    return total > MOST_BYTES or impossible or (total > RATIO_FROM and total > packed * MOST_RATIO)


def _check_places(content: BinaryIO, entries: list[zipfile.ZipInfo], what: str) -> None:
    """Every entry begins where the directory says, and none shares bytes with another."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        content.seek(entry.header_offset)
        header = content.read(_LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER or not header.startswith(_LOCAL_MARK):
            raise damaged(what)
        if entry.header_offset < end:
            e, _, _ = agreement(what)
            raise _refused("bomb", f"est construit{e} de façon anormale : ses fichiers se recouvrent", what)
        name, extra = struct.unpack_from("<2H", header, 26)
        end = entry.header_offset + _LOCAL_HEADER + name + extra + entry.compress_size
    if end > content.seek(0, 2):
        raise damaged(what)


def _refused(reason: str, why: str, what: str = "Cette archive ZIP") -> FileRefused:
    return FileRefused(reason, f"{what} {why}.")
