"""Reads what a tab shows of a dossier (sections, fields) and the pointers of its errors."""

from dataclasses import replace

from services.registrations.domain import declaration, registration_form
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.forms import Field, Section
from services.registrations.domain.tab_views import EpreuveField
from tests.registrations.domain.example_dossier import DOSSIER

EMPTY = replace(DOSSIER, answers={})
IDENTIFICATION, CANDIDATURE, QUALIFICATION, ACQUIS, DIPLOMA, EPREUVES = 2, 3, 4, 5, 6, 7


def sections(dossier: Dossier, number: int) -> tuple[Section, ...]:
    form = registration_form.tab_view(dossier, number).form
    assert form
    return form.sections


def field(dossier: Dossier, number: int, name: str) -> Field:
    fields = [field for section in sections(dossier, number) for field in section.fields if field.name == name]
    assert fields, f"no field {name}"
    return fields[0]


def pointers(dossier: Dossier, number: int) -> list[str]:
    return [tab_error.pointer.removeprefix("#/") for tab_error in registration_form.tab_errors(dossier, number)]


def position(dossier: Dossier, code: str) -> str:
    """What the candidate's position at an épreuve is called."""
    chosen = declaration.read(dossier).chosen(code)
    assert chosen
    return chosen.position_label


def shown_epreuves(dossier: Dossier) -> dict[str, EpreuveField]:
    """What « Epreuves » shows, by code."""
    return {epreuve.code: epreuve for epreuve in registration_form.tab_view(dossier, EPREUVES).epreuves or ()}


def offered_options(dossier: Dossier, code: str) -> list[str]:
    """The languages that « Epreuves » offers for an épreuve."""
    option = shown_epreuves(dossier)[code].option
    assert option
    return [offered.value for offered in option.options]
