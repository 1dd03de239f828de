"""The PDFs of what an exam office sends: one file, or a ZIP archive of bounded sizes, whatever it
claims to hold, and the N° candidat in the name of each."""

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from services.chassis.untrusted_archives import (
    ArchiveRefused,
    is_archive,
    opened,
    too_large,
    unpacked,
)
from services.contracts.candidate_numbers import NUMERO_CANDIDAT_FORM, NUMERO_CANDIDAT_LENGTH
from services.contracts.document_rules import (
    MAX_ARCHIVE_BYTES,
    MAX_PDF_BYTES,
    MAX_PDFS_PER_SENDING,
)
from services.documents.domain.import_columns import cleaned_text

MAX_NAME_LENGTH = 200  # characters
_NUMERO = re.compile(rf"(?<![0-9]){NUMERO_CANDIDAT_FORM}(?![0-9])")


def shown_name(name: str) -> str:
    """Return a file's name without folders, as reports show it."""
    return cleaned_text(name.replace("\\", "/").rpartition("/")[2])[:MAX_NAME_LENGTH] or "sans nom"


def numero_in(name: str) -> str:
    """Return the N° candidat in a file's name: 02103000001 of « convocation-02103000001.pdf ».

    Raises ValueError, with the reason, for a name with none or several.
    """
    numeros = set(_NUMERO.findall(shown_name(name)))
    if not numeros:
        raise ValueError(
            f"Aucun N° candidat ({NUMERO_CANDIDAT_LENGTH} chiffres) dans le nom du fichier"
        )
    if len(numeros) > 1:
        raise ValueError("Plusieurs N° candidat dans le nom du fichier")
    return numeros.pop()


MAX_UNPACKED_BYTES = 2 * MAX_ARCHIVE_BYTES
TOO_LARGE = too_large(MAX_PDF_BYTES)


def files_of(name: str, content: BinaryIO) -> Iterator[tuple[str, bytes | str]]:
    """Yield the name of each file with its bytes, or with the reason why it cannot be read.

    `content` is at its start, and can seek.

    Raises Invalid for an archive that cannot be read, or holds too much.
    """
    if is_archive(content):
        yield from unpacked(*_opened(content), MAX_PDF_BYTES, MAX_UNPACKED_BYTES)
        return
    pdf = content.read(MAX_PDF_BYTES + 1)
    yield name, pdf if len(pdf) <= MAX_PDF_BYTES else TOO_LARGE


def names_of(name: str, content: BinaryIO) -> list[str]:
    """Return the names of the files; `content` is at its start, and will be again.

    Raises Invalid as `files_of` does.
    """
    names = [entry.filename for entry in _opened(content)[1]] if is_archive(content) else [name]
    content.seek(0)
    return names


def _opened(content: BinaryIO) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    archive, files = opened(
        content, MAX_PDFS_PER_SENDING, " : envoyez-en plusieurs, l'une après l'autre"
    )
    if not files:
        raise ArchiveRefused("L'archive ZIP est vide.")
    return archive, files
