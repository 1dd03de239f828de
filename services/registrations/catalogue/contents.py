"""A whole catalogue: the exams and the establishments of a folder."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.registrations.catalogue import contacts
from services.registrations.catalogue.etablissements import etablissements
from services.registrations.catalogue.exams import load_exams
from services.registrations.catalogue.folders import exam_folders
from services.registrations.catalogue.mistakes import CatalogueError, Mistake
from services.registrations.domain.dossier import Etablissement
from services.registrations.domain.exam_definition import Exam


@dataclass(frozen=True)
class Catalogue:
    """`files`: of each exam, by its code, a ZIP archive from which it can be read alone."""

    exams: tuple[Exam, ...]
    etablissements: tuple[Etablissement, ...]
    files: Mapping[str, bytes]


def read_catalogue(root: Path, at: datetime) -> Catalogue:
    """Raises CatalogueError with all that is wrong, in exams and establishments."""
    mistakes: list[Mistake] = []
    exams: tuple[Exam, ...] = ()
    schools: tuple[Etablissement, ...] = ()
    try:
        exams = tuple(load_exams(root, at))
    except CatalogueError as error:
        mistakes += error.mistakes
    try:
        schools = etablissements(root)
    except CatalogueError as error:
        mistakes += error.mistakes
    if mistakes:
        raise CatalogueError(mistakes)
    folders = exam_folders(root, mistakes)
    return Catalogue(exams, schools, {exam.code: _packed(folder) for exam, folder in zip(exams, folders, strict=True)})


def _packed(folder: Path) -> bytes:
    """With the contacts beside it."""
    folder, packed = folder.resolve(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (folder.parent / contacts.FILE, *sorted(folder.rglob("*.y*ml"))):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
    return packed.getvalue()
