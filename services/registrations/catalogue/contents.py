"""A whole catalogue: the exams and the establishments of a folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.registrations.catalogue.etablissements import etablissements
from services.registrations.catalogue.exams import load_exams
from services.registrations.catalogue.mistakes import CatalogueError, Mistake
from services.registrations.domain.dossier import Etablissement
from services.registrations.domain.exam_definition import Exam


@dataclass(frozen=True)
class Catalogue:
    exams: tuple[Exam, ...]
    etablissements: tuple[Etablissement, ...]


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
    return Catalogue(exams, schools)
