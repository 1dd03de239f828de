"""Checks of ZIP and DOCX, by their central directory alone: nothing is ever extracted.

Declared sizes are trusted only where they are possible: entries that overlap, or that are smaller
than deflate can make them, are signs of a bomb.
"""

import re
import struct
import zipfile
from operator import attrgetter
from typing import BinaryIO

from services.chassis.untrusted_archives import (
    ZIP_HEAD,
    ArchiveRefused,
    TooManyFiles,
    has_unsafe_name,
    opened,
)
from services.pieces.domain.refusals import (
    FileRefused,
    RefusalReason,
    damaged,
    gender_agreement,
    protected,
)

MAX_ENTRIES = 1000
MAX_EXTRACTED_BYTES = 200 * 1024 * 1024  # of all entries, as declared
MAX_RATIO = 200  # extracted by packed bytes, of a whole archive; documents have ten, pictures one
RATIO_FROM = 1024 * 1024  # extracted bytes from which on the ratio is checked
DEFLATE_LIMIT = 1032  # bytes that one deflated byte can give at most
ZIP_NOUN_PHRASE = "Cette archive ZIP"
DOCX_NOUN_PHRASE = "Ce document DOCX"

_NESTED_NAME = re.compile(
    r"\.(zip|rar|7z|gz|tgz|bz2|xz|tar|jar|cab|iso|zst|lzh|arj)$", re.IGNORECASE
)
_PROGRAM_NAME = re.compile(
    r"\.(app/|("
    r"exe|com|scr|pif|dll|cpl|sys|msi|msp|msix|bat|cmd|ps1|vbs|vbe|js|jse|wsf|wsh|hta|reg|inf"
    r"|lnk|url|scf|desktop|webloc|pkg|dmg|command|workflow|scpt|sh|bash|run|elf|so|dylib|deb"
    r"|rpm|appimage|apk|py|pyw"
    r")[. ]*$)",
    re.IGNORECASE,
)
"""Programs, scripts and shortcuts of Windows, macOS (whose applications are folders) and Linux."""
_ANNOUNCED_ENTRIES = -12  # where their number is, from the end of an archive without a comment
_LOCAL_HEADER = 30  # bytes before the name
_IS_UTF_8 = 0x800  # of an entry's flags: its name
_DOCUMENT_NAME = re.compile(r"word/document\d*\.xml")
_TYPES_NAME = "[Content_Types].xml"


def is_docx(content: BinaryIO) -> bool:
    """Whether the directory lists the parts of a Word document, sound or not."""
    try:
        names = {entry.filename for entry in read_entries(content, DOCX_NOUN_PHRASE)}
    except FileRefused:
        return False
    return _TYPES_NAME in names and any(_DOCUMENT_NAME.fullmatch(name) for name in names)


def check_zip(content: BinaryIO) -> None:
    """Raises FileRefused for an archive that is damaged, encrypted, empty, a bomb, contains another
    archive or a program, or has names that lead outside of the folder where it is extracted."""
    names = [entry.filename for entry in _checked_entries(content, ZIP_NOUN_PHRASE)]
    if any(map(_NESTED_NAME.search, names)):
        raise FileRefused(
            RefusalReason.NESTED,
            f"{ZIP_NOUN_PHRASE} contient une autre archive : envoyez les fichiers dans une seule "
            "archive.",
        )
    if program := next(filter(None, map(_PROGRAM_NAME.search, names)), None):
        raise FileRefused(
            RefusalReason.EXECUTABLE,
            f"{ZIP_NOUN_PHRASE} contient un programme, un script ou un raccourci (« "
            f".{program[0].strip('/. ')} ») : enlevez-le, puis envoyez-la à nouveau.",
        )


def check_docx(content: BinaryIO) -> None:
    """Raises FileRefused for a Word document that is damaged, encrypted, a bomb, or that carries
    macros."""
    names = {entry.filename.casefold() for entry in _checked_entries(content, DOCX_NOUN_PHRASE)}
    if "word/vbaproject.bin" in names:
        raise FileRefused(
            RefusalReason.MACROS,
            "Ce document Word contient des macros : enregistrez-le au format DOCX sans macros, ou "
            "en PDF.",
        )


def _checked_entries(content: BinaryIO, noun_phrase: str) -> list[zipfile.ZipInfo]:
    """The entries, none of which is encrypted, has an unsafe name or is of a bomb. Raises
    FileRefused."""
    entries = read_entries(content, noun_phrase)
    e, _, _ = gender_agreement(noun_phrase)
    refusal = None
    if all(entry.is_dir() for entry in entries):
        refusal = RefusalReason.EMPTY, "est vide"
    elif any(entry.flag_bits & 0x1 for entry in entries):
        raise protected(noun_phrase)
    elif any(map(has_unsafe_name, entries)):
        refusal = (
            RefusalReason.UNSAFE_NAMES,
            "contient des noms de fichiers qui ne sont pas admis (chemins, liens)",
        )
    elif _is_bomb(entries):
        refusal = (
            RefusalReason.BOMB,
            f"est anormalement compressé{e} : son contenu est beaucoup trop volumineux",
        )
    elif _overlap(content, entries, noun_phrase):
        refusal = (
            RefusalReason.BOMB,
            f"est construit{e} de façon anormale : ses fichiers se recouvrent",
        )
    if refusal is not None:
        raise FileRefused(refusal[0], f"{noun_phrase} {refusal[1]}.")
    return entries


def read_entries(content: BinaryIO, noun_phrase: str) -> list[zipfile.ZipInfo]:
    """The entries of the directory. `noun_phrase`: what the file says it is.

    Raises FileRefused where there is no readable directory, or one that has or announces more than
    MAX_ENTRIES.
    """
    try:
        content.seek(0)
        archive, _ = opened(content, MAX_ENTRIES)
        content.seek(_ANNOUNCED_ENTRIES - len(archive.comment), 2)
        if max(len(archive.infolist()), int.from_bytes(content.read(2), "little")) <= MAX_ENTRIES:
            return archive.infolist()
    except TooManyFiles:
        pass
    except ArchiveRefused as error:
        raise damaged(noun_phrase) from error
    raise FileRefused(
        RefusalReason.TOO_MANY_ENTRIES, f"{noun_phrase} contient plus de {MAX_ENTRIES} fichiers."
    )


def _is_bomb(entries: list[zipfile.ZipInfo]) -> bool:
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    impossible = any(
        entry.compress_type == zipfile.ZIP_DEFLATED
        and entry.file_size > (entry.compress_size + 16) * DEFLATE_LIMIT
        for entry in entries
    )
    return (
        total > MAX_EXTRACTED_BYTES
        or impossible
        or (total > RATIO_FROM and total > packed * MAX_RATIO)
    )


def _overlap(content: BinaryIO, entries: list[zipfile.ZipInfo], noun_phrase: str) -> bool:
    """Whether an entry shares bytes with another. Raises FileRefused where one does not begin where
    the directory says, has another name there, or ends beyond the file."""
    end = 0
    for entry in sorted(entries, key=attrgetter("header_offset")):
        content.seek(entry.header_offset)
        header = content.read(_LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER or not header.startswith(ZIP_HEAD):
            raise damaged(noun_phrase)
        if entry.header_offset < end:
            return True
        name_length, extra_length = struct.unpack_from("<2H", header, 26)
        name = entry.orig_filename.encode("utf-8" if entry.flag_bits & _IS_UTF_8 else "cp437")
        if content.read(name_length) != name:  # who extracts it may follow either
            raise damaged(noun_phrase)
        end = entry.header_offset + _LOCAL_HEADER + name_length + extra_length + entry.compress_size
    if end > content.seek(0, 2):
        raise damaged(noun_phrase)
    return False
