"""Académies by their two-digit code, with their départements and whom a candidate may contact."""

import re
from dataclasses import dataclass
from functools import cache

from services.reference import Content, read_json
from services.reference.lists import departements
from services.reference.text import folded

_BEFORE_THE_NAME = re.compile(r"^ACAD[ÉE]MIE (?:DE LA |DE L'|DES |DE |DU |D')", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    street: str
    postal_code: str
    town: str
    telephone: str  # as `telephones.normalised` gives it; shown by `telephones.displayed`
    mail: str  # may be empty


@dataclass(frozen=True, slots=True)
class Academie:
    code: str  # « 03 »
    name: str  # « Besançon »
    label: str  # « ACADÉMIE DE BESANCON », the guide's spelling
    departements: tuple[
        str, ...
    ]  # in the order shown; departements.json is their home (a test compares)
    rectorat: Contact


@cache
def all() -> tuple[Academie, ...]:
    """Return every académie in the order of `place_in_lists`: Aix-Marseille first."""
    return tuple(sorted(_by_code().values(), key=lambda academie: place_in_lists(academie.label)))


def place_in_lists(label: str) -> str:
    """Return what an académie's label is sorted by: its name without article, that of « ACADÉMIE
    D'ORLEANS-TOURS » by O; a country's by its whole name."""
    return folded(_BEFORE_THE_NAME.sub("", label))


def by_code(code: str) -> Academie | None:
    """Return the académie of this two-digit code."""
    return _by_code().get(code)


def of_departement(code: str) -> Academie | None:
    """Return the académie of a département; None where there is none, or academies.json does not
    list it."""
    departement = departements.by_code(code)
    return by_code(departement.academie or "") if departement else None


def exam_service(code: str) -> Contact | None:
    """Return who runs the exams of an académie: its rectorat, or the SIEC for Paris, Créteil and
    Versailles."""
    academie = by_code(code)
    return _shared_services().get(code, academie.rectorat) if academie else None


@cache
def _by_code() -> dict[str, Academie]:
    return {
        row["code"]: Academie(
            row["code"],
            row["nom"],
            row["libelle"],
            tuple(row["departements"]),
            _contact(row["rectorat"]),
        )
        for row in read_json("academies.json")["academies"]
    }


@cache
def _shared_services() -> dict[str, Contact]:
    services = read_json("academies.json")["services"]
    return {
        code: _contact(service["contact"]) for service in services for code in service["academies"]
    }


def _contact(row: Content) -> Contact:
    return Contact(
        row["nom"],
        row["adresse"],
        row["code_postal"],
        row["ville"],
        row["telephone"],
        row["mail"],
    )
