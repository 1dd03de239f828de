"""The PDFs of what an exam office sends: one file, or a ZIP archive of bounded sizes, whatever it claims to hold, and
the N° candidat in the name of each.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from services.chassis import untrusted_archives
from services.chassis.french import file_size
from services.contracts.document_rules import MAX_ARCHIVE_BYTES, MAX_PDF_BYTES, MAX_PDFS_PER_SENDING, NUMERO_LENGTH
from services.documents.domain.import_columns import cleaned_text
from services.documents.domain.import_csv import refused

MAX_NAME_LENGTH = 200  # characters
_NUMERO = re.compile(rf"(?<![0-9])[0-9]{{{NUMERO_LENGTH}}}(?![0-9])")


def shown_name(name: str) -> str:
    """The name without folders, as reports show it."""
    return cleaned_text(name.replace("\\", "/").rpartition("/")[2])[:MAX_NAME_LENGTH] or "sans nom"


def numero_in(name: str) -> str:
    """« convocation-02103000001.pdf » → 02103000001. Raises ValueError, with the reason, for a name with none or
    several."""
    numeros = set(_NUMERO.findall(shown_name(name)))
    if not numeros:
        raise ValueError(f"Aucun N° candidat ({NUMERO_LENGTH} chiffres) dans le nom du fichier")
    if len(numeros) > 1:
        raise ValueError("Plusieurs N° candidat dans le nom du fichier")
    return numeros.pop()


MAX_UNPACKED_BYTES = 2 * MAX_ARCHIVE_BYTES
TOO_LARGE = f"Le fichier dépasse {file_size(MAX_PDF_BYTES)}"
UNREADABLE = "Le fichier ne peut pas être extrait de l'archive"
_TOO_MANY = f"L'archive a plus de {MAX_PDFS_PER_SENDING} fichiers : envoyez-en plusieurs, l'une après l'autre."


def files_of(name: str, content: BinaryIO) -> Iterator[tuple[str, bytes | str]]:
    """(name, bytes) of each file, or (name, reason why it cannot be read). `content` is at its start, and can seek.

    Raises Invalid for an archive that cannot be read, or holds too much.
    """
    if untrusted_archives.is_archive(content):
        yield from _unpacked(content)
        return
    pdf = content.read(MAX_PDF_BYTES + 1)
    yield name, pdf if len(pdf) <= MAX_PDF_BYTES else TOO_LARGE


def names_of(name: str, content: BinaryIO) -> list[str]:
    """The names of the files; `content` is at its start, and will be again. Raises Invalid as files_of."""
    is_archive = untrusted_archives.is_archive(content)
    names = [entry.filename for entry in _entries(_opened(content))] if is_archive else [name]
    content.seek(0)
    return names


def _opened(content: BinaryIO) -> zipfile.ZipFile:
    try:
        return untrusted_archives.opened(content)
    except untrusted_archives.ArchiveDamaged as error:
        raise refused("L'archive ZIP est endommagée.") from error
    except untrusted_archives.TooManyEntries as error:
        raise refused(_TOO_MANY) from error


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    files = untrusted_archives.files_in(archive)
    if not files:
        raise refused("L'archive ZIP est vide.")
    if len(files) > MAX_PDFS_PER_SENDING:
        raise refused(_TOO_MANY)
    return files


def _unpacked(content: BinaryIO) -> Iterator[tuple[str, bytes | str]]:
    archive = _opened(content)
    unpacked = 0
    for entry in _entries(archive):
        read, length = _entry(archive, entry)
        unpacked += length
        if unpacked > MAX_UNPACKED_BYTES:
            raise refused(f"L'archive dépasse {file_size(MAX_UNPACKED_BYTES)} une fois extraite.")
        yield entry.filename, read


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[bytes | str, int]:
    """Its content, or why there is none, and how many bytes were unpacked of it, at most."""
    try:
        content = untrusted_archives.content_of(archive, entry, MAX_PDF_BYTES)
    except untrusted_archives.EntryTooLarge:
        return TOO_LARGE, 0
    except untrusted_archives.EntryUnreadable as unreadable:
        return UNREADABLE, min(entry.file_size, MAX_PDF_BYTES) if unreadable.was_begun else 0
    return content, len(content)
