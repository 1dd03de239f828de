"""Reads the catalogue from a ZIP archive of its folder, as from the folder itself: mistakes name
file and line."""

import io
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from services.chassis.untrusted_archives import ArchiveRefused, has_unsafe_name, opened, unpacked
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
    Raises Invalid for an archive that is none or exceeds the bounds, CatalogueError for what its
    files say."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "archive"  # the parent of an exam's folder is looked into as well
        root.mkdir()
        _extract(archive, root)
        try:
            return read_catalogue(_catalogue_folder(root), at)
        except CatalogueError as error:
            raise CatalogueError(
                [_as_in_archive(mistake, root) for mistake in error.mistakes]
            ) from error


def _extract(content: bytes, root: Path) -> None:
    archive, files = opened(io.BytesIO(content), MAX_FILES)
    if any(has_unsafe_name(entry) or entry.filename.count("/") > MAX_DEPTH for entry in files):
        raise ArchiveRefused(
            "L'archive contient des noms de fichiers qui ne sont pas admis (chemins, liens)."
        )
    read = [entry for entry in files if entry.filename.casefold().endswith(READ_SUFFIXES)]
    for name, unpacked_file in unpacked(archive, read, MAX_UNPACKED_BYTES, MAX_UNPACKED_BYTES):
        if isinstance(unpacked_file, str):
            raise ArchiveRefused(f"{unpacked_file}.")
        try:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(unpacked_file)
        except OSError as error:  # a name that is too long, or that of a folder
            raise ArchiveRefused(
                "L'archive contient des noms de fichiers qui ne sont pas admis."
            ) from error


def _catalogue_folder(root: Path) -> Path:
    """The archive's root, or the folder within that holds the exams, where somebody packed that."""
    children = list(root.iterdir())
    is_wrapped = (
        len(children) == 1 and children[0].is_dir() and not (children[0] / EXAM_FILE).is_file()
    )
    has_exams = is_wrapped and any(
        path.is_dir() and (path / EXAM_FILE).is_file() for path in children[0].iterdir()
    )
    return children[0] if has_exams else root


def _as_in_archive(mistake: Mistake, root: Path) -> Mistake:
    """The mistake, with files named as they are in the archive."""

    def shown(text: str) -> str:
        return text.replace(f"{root}/", "").replace(str(root), "archive")

    return Mistake(shown(mistake.file), mistake.line, shown(mistake.text))
