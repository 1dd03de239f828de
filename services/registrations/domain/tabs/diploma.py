"""« Diplôme possédé »: the diploma or training that lets the candidate register, from the exam's list « diplomes »."""

from __future__ import annotations

from services.contracts.registrations import Line
from services.contracts.registrations import Section as RecapSection
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Item, Tab
from services.registrations.domain.forms import Field, FieldError, Option, Section
from services.registrations.domain.tabs.form_fields import SELECT, check_fields, filled
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind
from services.registrations.domain.tabs.takeover import answers_to_show


def describe(dossier: Dossier, tab: Tab) -> TabContent:
    return TabContent(sections=tuple(filled(section, answers_to_show(dossier, tab)) for section in _sections(dossier)))


def check(dossier: Dossier, tab: Tab) -> tuple[FieldError, ...]:
    return check_fields(_sections(dossier), dossier.typed(tab))


def recap(dossier: Dossier, tab: Tab) -> tuple[RecapSection, ...]:
    diplome = dossier.diplome
    return (RecapSection("Diplôme possédé", (Line("Diplôme possédé", recap_label(diplome)),)),)


def recap_label(diplome: Item | None) -> str:
    """« BACCALAURÉAT GÉNÉRAL - Bac général »"""
    return " - ".join(part for part in (diplome.label, diplome.precision) if part) if diplome else ""


def pdf_label(diplome: Item) -> str:
    """« BACCALAURÉAT GÉNÉRAL Bac général (00012) »"""
    official = f"({diplome.official})" if diplome.official else None
    return " ".join(part for part in (diplome.label, diplome.precision, official) if part)


def _sections(dossier: Dossier) -> tuple[Section, ...]:
    options = tuple(Option(item.key, item.label) for item in dossier.exam.lists.get("diplomes", ()))
    field = Field("diplome", "Diplôme ou formation", "select", required=True, options=options, placeholder=SELECT)
    return (Section("Diplôme ou formation d'origine", (field,)),)


KIND = TabKind(describe, check, recap)
