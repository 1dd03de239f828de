"""Reads the catalogue from a ZIP archive of its folder, as from the folder itself: mistakes name file and line."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from services.chassis import untrusted_archives
from services.chassis.errors import FieldError, Invalid
from services.chassis.french import file_size
from services.registrations.catalogue.contents import Catalogue, read_catalogue
from services.registrations.catalogue.folders import EXAM_FILE
from services.registrations.catalogue.mistakes import CatalogueError, Mistake

MAX_FILES = 1000
MAX_UNPACKED_BYTES = 8 * 1024 * 1024
"""Of all files together: the catalogue of the BTS has a fortieth of it."""
MAX_DEPTH = 8  # folders within folders: an exam has none
READ_SUFFIXES = (".yaml", ".yml", ".csv")
"""Other files may lie beside, and are not read."""


def read_archive(archive: bytes, at: datetime) -> Catalogue:
    """The catalogue, with the folder of exams at the root of the archive or within one folder.

    Raises Invalid for an archive that is none or exceeds the bounds, CatalogueError for what its files say.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder) / "archive"  # the parent of an exam's folder is looked into as well
        root.mkdir()
        _extract(archive, root)
        try:
            return read_catalogue(_catalogue_folder(root), at)
        except CatalogueError as error:
            raise CatalogueError([_as_in_archive(mistake, root) for mistake in error.mistakes]) from error


def _extract(content: bytes, root: Path) -> None:
    archive = _opened(content)
    files = untrusted_archives.files_in(archive)
    if len(files) > MAX_FILES:
        raise _refused(f"L'archive a plus de {MAX_FILES} fichiers.")
    if any(untrusted_archives.has_unsafe_name(entry) or entry.filename.count("/") > MAX_DEPTH for entry in files):
        raise _refused("L'archive contient des noms de fichiers qui ne sont pas admis (chemins, liens).")
    left = MAX_UNPACKED_BYTES
    for entry in files:
        if entry.filename.casefold().endswith(READ_SUFFIXES):
            left -= _extract_file(archive, entry, root, left)


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return untrusted_archives.opened(io.BytesIO(content))
    except untrusted_archives.ArchiveDamaged as error:
        raise _refused("Ce fichier n'est pas une archive ZIP, ou elle est endommagée.") from error
    except untrusted_archives.TooManyEntries as error:
        raise _refused(f"L'archive a plus de {MAX_FILES} fichiers.") from error


def _extract_file(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, root: Path, max_bytes: int) -> int:
    """Write one file below `root`; returns its length in bytes."""
    try:
        content = untrusted_archives.content_of(archive, entry, max_bytes)
        path = root / entry.filename
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except untrusted_archives.EntryTooLarge as error:
        raise _refused(f"L'archive dépasse {file_size(MAX_UNPACKED_BYTES)} une fois extraite.") from error
    except untrusted_archives.EntryUnreadable as error:
        raise _refused("Un fichier ne peut pas être extrait de l'archive.") from error
    except OSError as error:  # a name that is too long, or that of a folder
        raise _refused("L'archive contient des noms de fichiers qui ne sont pas admis.") from error
    return len(content)


def _catalogue_folder(root: Path) -> Path:
    """The archive's root, or the folder within that holds the exams, where somebody packed that."""
    children = list(root.iterdir())
    is_wrapped = len(children) == 1 and children[0].is_dir() and not (children[0] / EXAM_FILE).is_file()
    has_exams = is_wrapped and any(path.is_dir() and (path / EXAM_FILE).is_file() for path in children[0].iterdir())
    return children[0] if has_exams else root


def _as_in_archive(mistake: Mistake, root: Path) -> Mistake:
    """The mistake, with files named as they are in the archive."""

    def shown(text: str) -> str:
        return text.replace(f"{root}/", "").replace(str(root), "archive")

    return Mistake(shown(mistake.file), mistake.line, shown(mistake.text))


def _refused(detail: str) -> Invalid:
    return Invalid(detail, errors=(FieldError("#/fichier", detail),))
