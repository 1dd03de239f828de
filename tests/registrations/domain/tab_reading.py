"""Reads what a tab shows of a dossier (sections, fields), its errors, and what the récapitulatif
tells."""

import json
from dataclasses import replace

from services.contracts.base import data_of
from services.registrations.domain import registration_form
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.forms import Field
from services.registrations.domain.tabs.tab_kind import EpreuveField
from tests.registrations.domain.example_dossier import DOSSIER, details

EMPTY = replace(DOSSIER, answers={})
IDENTIFICATION = 2
CANDIDATURE = 3
QUALIFICATION = 4
ACQUIS = 5
DIPLOMA = 6
EPREUVES = 7


def described(dossier: Dossier, number: int) -> str:
    """The form, the épreuves' fields and the récapitulatif of a tab, as JSON."""
    tab = registration_form.tab_view(dossier, number)
    of_epreuves = [
        field
        for epreuve in tab.epreuves or ()
        for field in (epreuve.position, epreuve.option)
        if field
    ]
    form = [section.to_data() for section in tab.sections]
    return json.dumps([form, [field.to_data() for field in of_epreuves], data_of(tab.recap)])


def fields(dossier: Dossier, number: int) -> list[Field]:
    return list(registration_form.tab_view(dossier, number).fields())


def field(dossier: Dossier, number: int, name: str) -> Field:
    named = [field for field in fields(dossier, number) if field.name == name]
    assert named, f"no field {name}"
    return named[0]


def pointers(dossier: Dossier, number: int) -> list[str]:
    return [
        tab_error.pointer.removeprefix("#/")
        for tab_error in registration_form.tab_errors(dossier, number)
    ]


def refusals(dossier: Dossier, number: int) -> list[str]:
    """What the candidate is told to be wrong in a tab."""
    return details(registration_form.tab_errors(dossier, number))


def found(dossier: Dossier, number: int, name: str, typed: str = "") -> list[str]:
    """What a search of a field gives."""
    return [option.value for option in registration_form.search(dossier, number, name, typed, 10)]


def told(dossier: Dossier) -> dict[str, str]:
    """The récapitulatif's values by their labels."""
    return {
        line.label: line.value
        for section in registration_form.recap(dossier).sections
        for line in section.lines
    }


def position(dossier: Dossier, code: str) -> str:
    """What the candidate's position at an épreuve is called."""
    [label] = [
        epreuve.position_label for epreuve in dossier.epreuves if epreuve.epreuve.code == code
    ]
    return label


def shown_epreuves(dossier: Dossier) -> dict[str, EpreuveField]:
    """What « Epreuves » shows, by code."""
    return {
        epreuve.code: epreuve
        for epreuve in registration_form.tab_view(dossier, EPREUVES).epreuves or ()
    }
