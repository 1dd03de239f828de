"""A whole catalogue: the exams and the establishments of a folder."""

import io
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from services.clock import portal_now
from services.registrations.catalogue import contacts, etablissements
from services.registrations.catalogue.exams import read_exams
from services.registrations.catalogue.mistakes import CatalogueError, Mistake
from services.registrations.domain.dossier import Etablissement
from services.registrations.domain.exam_definition import Exam


@dataclass(frozen=True)
class Catalogue:
    """`files`: of each exam, by its code, a ZIP archive from which it can be read alone."""

    exams: tuple[Exam, ...] = ()
    etablissements: tuple[Etablissement, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


def read_catalogue(root: Path, at: datetime) -> Catalogue:
    """Raises CatalogueError with all that is wrong, in exams and establishments."""
    mistakes: list[Mistake] = []
    exams = read_exams(root, at, mistakes)
    file = root / etablissements.FILE
    schools = etablissements.read(file, mistakes) if file.is_file() else ()
    if mistakes:
        raise CatalogueError(mistakes)
    return Catalogue(
        tuple(exams.values()),
        schools,
        {exam.code: _packed(folder) for folder, exam in exams.items()},
    )


def check(root: Path) -> int:
    """`python -m services.registrations check-catalogue DIR`: prints one line per mistake; status 1
    if there is any."""
    try:
        read_catalogue(root, portal_now())
    except CatalogueError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return 0


def _packed(folder: Path) -> bytes:
    """With the contacts beside it."""
    folder = folder.resolve()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (folder.parent / contacts.FILE, *sorted(folder.rglob("*.y*ml"))):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
    return packed.getvalue()
