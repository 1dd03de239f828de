"""The registration form of a dossier: headings, a tab with its errors, searches, récapitulatif, content to save.

Tabs come from the exam; what each kind shows and checks is in `tabs`, the exam's own questions in `tabs.questions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.chassis.errors import NotFound
from services.contracts.registrations import WARNINGS, Line, Recap
from services.contracts.registrations import Section as RecapSection
from services.registrations.domain import registration_content, rules
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.forms import MAX_PROPOSALS, Field, FieldError, Form, Option, Section, error
from services.registrations.domain.registration_content import RegistrationContent
from services.registrations.domain.tab_answers import WORDS, TabAnswers
from services.registrations.domain.tab_views import (
    Incomplete,
    TabErrors,
    TabHeading,
    TabView,
)
from services.registrations.domain.tabs import KINDS, questions
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind


def tab_headings(dossier: Dossier) -> tuple[TabHeading, ...]:
    """The exam's tabs in order, numbered from 1."""
    return tuple(_heading(dossier, number, tab) for number, tab in enumerate(dossier.exam.tabs, start=1))


def tab_view(dossier: Dossier, number: int) -> TabView:
    """What a tab shows, with what was typed there as it was typed. Raises NotFound for an unknown number."""
    tab = _tab(dossier, number)
    content = _content(dossier, tab)
    return TabView(
        number=number,
        kind=tab.kind,
        name=tab.name,
        title=tab.title,
        form=Form(_sections_with_words(content.sections, dossier.typed(tab))) if content.sections else None,
        recap=recap(dossier) if content.shows_recap else None,
        epreuves=content.epreuves,
        paragraphs=(*tab.text, *content.paragraphs),
        notices=(*content.notices, *_warnings_to_show(dossier, number, tab)),
    )


def tab_errors(dossier: Dossier, number: int) -> tuple[FieldError, ...]:
    """All errors of a tab, in the order of its fields. Raises NotFound for an unknown number."""
    tab = _tab(dossier, number)
    errors = _errors(dossier, tab)
    return _in_page_order(errors, _fields(dossier, tab)) if len(errors) > 1 else errors


def all_tab_errors(dossier: Dossier) -> tuple[TabErrors, ...]:
    """The tabs that have errors, with all of them."""
    errors_by_tab = (
        TabErrors(number, tab.title, tab_errors(dossier, number))
        for number, tab in enumerate(dossier.exam.tabs, start=1)
    )
    return tuple(tab for tab in errors_by_tab if tab.errors)


def search(dossier: Dossier, number: int, field: str, typed: str, limit: int = MAX_PROPOSALS) -> tuple[Option, ...]:
    """At most `limit` proposals for a field of a tab, best first; none for a field without a search."""
    tab = _tab(dossier, number)
    if (options := questions.search(dossier, tab, field, typed, limit)) is not None:
        return options
    return _kind(tab).search(dossier, tab, field, typed, limit)


def search_advice(dossier: Dossier, number: int, field: str, typed: str) -> str | None:
    """The text beside the proposals of a search: why something is not there, what to do."""
    tab = _tab(dossier, number)
    return _kind(tab).advise(dossier, tab, field, typed)


def accepted_values(dossier: Dossier, number: int, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The posted values of fields that the tab may ask for, in any state of the dossier, and the words of searches in
    which nothing is chosen yet. Others come only from a page shown before the exam was changed.
    Raises NotFound for an unknown number."""
    tab = _tab(dossier, number)
    fields = _fields(dossier, tab)
    names = _accepted_names(dossier, tab, fields) | _searches_without_choice(fields, typed)
    return {name: value for name, value in typed.items() if name in names}


def without_unasked_answers(dossier: Dossier) -> Dossier:
    """The dossier without answers that no tab asks for, nor words typed in a search without a choice."""
    answers = _asked_answers(dossier)
    return dossier if answers == dossier.answers else replace(dossier, answers=answers)


def recap(dossier: Dossier) -> Recap:
    """Everything that was typed, valid or not, with the warning that nothing is saved yet."""
    return registration_content.recap(dossier, recap_sections(dossier))


def recap_sections(dossier: Dossier) -> tuple[RecapSection, ...]:
    """The sections of the récapitulatif: the qualification first, as in the guide, then tab by tab."""
    ordered = sorted(dossier.exam.tabs, key=lambda tab: tab.kind != "qualification")
    sections = (
        section for tab in ordered for section in (*_kind(tab).recap(dossier, tab), *questions.recap(dossier, tab))
    )
    all_sections = (*sections, _warnings_section(dossier))
    return tuple(section for section in all_sections if section.lines)


def checked_content(dossier: Dossier) -> RegistrationContent:
    """The content of the dossier, if no tab has errors. Raises Incomplete with every error of every tab."""
    if errors := all_tab_errors(dossier):
        raise Incomplete(errors)
    return registration_content.registration_content(dossier, recap_sections(dossier))


def _heading(dossier: Dossier, number: int, tab: Tab) -> TabHeading:
    return TabHeading(
        number=number,
        kind=tab.kind,
        name=tab.name,
        title=tab.title,
        visited=tab.name in dossier.answers,
        complete=not _errors(dossier, tab),
    )


def _asked_answers(dossier: Dossier) -> dict[str, Any]:
    typed = (tab for tab in dossier.exam.tabs if tab.name in dossier.answers)
    return {tab.name: _asked_values(dossier, tab, dossier.answers[tab.name]) for tab in typed}


def _asked_values(dossier: Dossier, tab: Tab, typed: Mapping[str, Any]) -> dict[str, Any]:
    names = _accepted_names(dossier, tab, _fields(dossier, tab))
    return {name: value for name, value in typed.items() if name in names}


def _searches_without_choice(fields: tuple[Field, ...], typed: Mapping[str, Any]) -> frozenset[str]:
    """The names under which the words of these searches are posted."""
    searches = (field.name for field in fields if field.type == "search" and not field.disabled)
    return frozenset(f"{name}{WORDS}" for name in searches if typed.get(f"{name}{WORDS}") and not typed.get(name))


def _sections_with_words(sections: tuple[Section, ...], typed: TabAnswers) -> tuple[Section, ...]:
    """The sections, with the words typed in searches in which nothing is chosen yet."""
    return tuple(
        replace(section, fields=tuple(_field_with_words(field, typed) for field in section.fields))
        for section in sections
    )


def _field_with_words(field: Field, typed: TabAnswers) -> Field:
    words = typed.raw(f"{field.name}{WORDS}") if field.type == "search" and not field.value else ""
    return replace(field, display=words) if words else field


def _accepted_names(dossier: Dossier, tab: Tab, fields: tuple[Field, ...]) -> frozenset[str]:
    enabled = (field.name for field in fields if not field.disabled)
    questions = (question.name for question in tab.questions)
    return frozenset((*enabled, *questions, *_kind(tab).more_names(dossier, tab)))


def _fields(dossier: Dossier, tab: Tab) -> tuple[Field, ...]:
    """The fields of a tab, in the order of the page."""
    content = _content(dossier, tab)
    of_epreuves = (field for line in content.epreuves or () for field in (line.position, line.option) if field)
    return (*(field for section in content.sections for field in section.fields), *of_epreuves)


def _content(dossier: Dossier, tab: Tab) -> TabContent:
    """What the tab's kind shows, and the exam's own questions."""
    content = _kind(tab).describe(dossier, tab)
    return replace(content, sections=(*content.sections, *questions.sections(dossier, tab)))


def _errors(dossier: Dossier, tab: Tab) -> tuple[FieldError, ...]:
    uses = rules.in_force(dossier.exam.rules, dossier.session.year, rules.ERROR, tab.kind)
    errors = (
        *_kind(tab).check(dossier, tab),
        *(reason for use in uses for reason in rules.apply(use, dossier)),
        *questions.check(dossier, tab),
    )
    return tuple(dict.fromkeys(errors))


def _in_page_order(errors: tuple[FieldError, ...], fields: tuple[Field, ...]) -> tuple[FieldError, ...]:
    """Errors in the order of the fields on the page; those of no field come last."""
    places = {error(field.name, "").pointer: place for place, field in enumerate(fields)}
    return tuple(sorted(errors, key=lambda field_error: places.get(field_error.pointer, len(places))))


def _warnings_to_show(dossier: Dossier, number: int, tab: Tab) -> tuple[str, ...]:
    """The warnings of a tab and of the tab before it; before « Enregistrer » those of all tabs. The récapitulatif has
    them in its sections."""
    match tab.kind:
        case "recap":
            return ()
        case "number":
            return tuple(line.value for line in _warnings_section(dossier).lines)
    previous_tab = dossier.tab(number - 1)
    return (*(_warnings(dossier, previous_tab) if previous_tab else ()), *_warnings(dossier, tab))


def _warnings_section(dossier: Dossier) -> RecapSection:
    lines = (Line(tab.title, text) for tab in dossier.exam.tabs for text in _warnings(dossier, tab))
    return RecapSection(WARNINGS, tuple(lines))


def _warnings(dossier: Dossier, tab: Tab) -> tuple[str, ...]:
    uses = rules.in_force(dossier.exam.rules, dossier.session.year, rules.WARNING, tab.kind)
    return tuple(text for use in uses for text in rules.apply(use, dossier))


def _kind(tab: Tab) -> TabKind:
    return KINDS[tab.kind]


def _tab(dossier: Dossier, number: int) -> Tab:
    tab = dossier.tab(number)
    if tab is None:
        raise NotFound("Cet onglet n'existe pas.")
    return tab
