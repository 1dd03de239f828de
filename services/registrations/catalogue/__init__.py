"""Reads the catalogue's files into the domain's exams: reading, checking, JSON for storage, differences.

Files are one folder per exam (`exam.yaml` and siblings). Nothing here touches a database.
"""

from services.registrations.catalogue.archive import read_archive
from services.registrations.catalogue.contents import Catalogue, read_catalogue
from services.registrations.catalogue.differences import differences, sentence
from services.registrations.catalogue.etablissements import etablissements, read_etablissements
from services.registrations.catalogue.exams import load_exams
from services.registrations.catalogue.mistakes import CatalogueError, Mistake
from services.registrations.catalogue.replacement import (
    with_current_demonstrations,
    with_running_demonstrations,
)
from services.registrations.catalogue.serialising import digest, from_data, to_data

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Mistake",
    "differences",
    "digest",
    "etablissements",
    "from_data",
    "load_exams",
    "read_archive",
    "read_catalogue",
    "read_etablissements",
    "sentence",
    "to_data",
    "with_current_demonstrations",
    "with_running_demonstrations",
]
