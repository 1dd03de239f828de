"""The registration form of a dossier: its tabs with their errors, searches, récapitulatif.

Tabs come from the exam; what each kind shows and checks is in `tabs`, the exam's own questions in
`tabs.questions`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from services.chassis.errors import DomainError
from services.contracts import problem_types
from services.contracts.api.drafts import TabState
from services.contracts.registrations import WARNINGS, EpreuveLine, Line, Recap
from services.contracts.registrations import Section as RecapSection
from services.registrations.domain import rules
from services.registrations.domain.acquis import mark_label
from services.registrations.domain.change_of_specialite import NOT_CARRIED, not_carried
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import ChosenEpreuve
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.forms import (
    MAX_PROPOSALS,
    WORDS,
    FieldError,
    Option,
    check_fields,
    error,
    filled,
)
from services.registrations.domain.tabs import KINDS, questions
from services.registrations.domain.tabs.previous import answers_to_show
from services.registrations.domain.tabs.tab_kind import (
    CHANGES_NOT_SENT,
    NOT_SAVED,
    TabContent,
    filled_in,
)


@dataclass(frozen=True)
class TabErrors:
    number: int
    title: str
    errors: tuple[FieldError, ...]


class Incomplete(DomainError):
    """The dossier cannot be saved. `errors` are all errors, `extra["tabs"]` has them by tab:
    [{"number", "title", "errors": [{"pointer", "detail"}]}]."""

    problem = problem_types.INCOMPLETE

    def __init__(self, tabs: tuple[TabErrors, ...]) -> None:
        self.tabs = tabs
        super().__init__(
            "Des informations manquent ou doivent être corrigées dans votre dossier.",
            errors=tuple(error for tab in tabs for error in tab.errors),
            tabs=[asdict(tab) for tab in tabs],
        )


def tab_states(dossier: Dossier, current: int | None) -> tuple[TabState, ...]:
    """The exam's tabs in order, numbered from 1; one is done when something was posted there and
    nothing is wrong. Without a `current` one, in a correction, all was answered before."""
    states = []
    for number, tab in enumerate(dossier.exam.tabs, start=1):
        posted = dossier.answers.get(tab.name, {} if current is None else None)
        done = posted is not None and NOT_CARRIED not in posted and not _errors(dossier, tab)
        state = "current" if number == current else "done" if done else "todo"
        states.append(
            TabState(number=number, kind=tab.kind, name=tab.name, title=tab.title, state=state)
        )
    return tuple(states)


def tab_view(dossier: Dossier, number: int) -> TabContent:
    """What a tab shows, with what was typed there as it was typed. Raises NotFound for an unknown
    number."""
    tab = dossier.tab(number)
    content = _content(dossier, tab)
    return replace(
        content,
        recap=recap(dossier) if tab.kind == "recap" else None,
        paragraphs=(*(filled_in(text, dossier) for text in tab.text), *content.paragraphs),
        notices=(*content.notices, *_warnings_to_show(dossier, number, tab)),
    )


def first_tab_with_fields(dossier: Dossier) -> int:
    """Where something can be typed."""
    numbers = range(1, len(dossier.exam.tabs) + 1)
    return next(
        (number for number in numbers if _content(dossier, dossier.tab(number)).fields()), 1
    )


def tab_errors(dossier: Dossier, number: int) -> tuple[FieldError, ...]:
    """All errors of a tab, in the order of its fields. Raises NotFound for an unknown number."""
    tab = dossier.tab(number)
    errors = _errors(dossier, tab)
    return _in_page_order(errors, _content(dossier, tab)) if len(errors) > 1 else errors


def all_tab_errors(dossier: Dossier) -> tuple[TabErrors, ...]:
    """The tabs that have errors, with all of them."""
    tabs = enumerate(dossier.exam.tabs, start=1)
    errors_by_tab = (
        TabErrors(number, tab.title, tab_errors(dossier, number)) for number, tab in tabs
    )
    return tuple(tab for tab in errors_by_tab if tab.errors)


def refuse_incomplete(dossier: Dossier) -> None:
    """Raises Incomplete with every error of every tab."""
    if errors := all_tab_errors(dossier):
        raise Incomplete(errors)


def rule_refusals(dossier: Dossier) -> dict[str, str]:
    """By the name of each rule that refuses the dossier: why."""
    uses = rules.in_force(dossier.exam.rules, dossier.session.year, rules.ERROR)
    reasons = {
        use.name: " ".join(dict.fromkeys(error.detail for error in rules.apply(use, dossier)))
        for use in uses
    }
    return {name: reason for name, reason in reasons.items() if reason}


def search(
    dossier: Dossier, number: int, field: str, typed: str, limit: int = MAX_PROPOSALS
) -> tuple[Option, ...]:
    """At most `limit` proposals for a field of a tab, best first; none for a field without a
    search."""
    tab = dossier.tab(number)
    if (options := questions.search(dossier, tab, field, typed, limit)) is not None:
        return options
    return KINDS[tab.kind].search(dossier, tab, field, typed, limit)


def search_advice(dossier: Dossier, number: int, field: str, typed: str) -> str | None:
    """The text beside the proposals of a search: why something is not there, what to do."""
    tab = dossier.tab(number)
    return KINDS[tab.kind].advise(dossier, tab, field, typed)


def accepted_values(dossier: Dossier, number: int, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The posted values of fields that the tab may ask for, in any state of the dossier, and the
    words of searches in which nothing is chosen yet. Others come only from a page shown before the
    exam was changed. Raises NotFound for an unknown number."""
    tab = dossier.tab(number)
    content = _content(dossier, tab)
    return _only(
        _accepted_names(dossier, tab, content) | _searches_without_choice(content, typed), typed
    )


def without_unasked_answers(dossier: Dossier) -> Dossier:
    """The dossier without answers that no tab asks for, nor words typed in a search without a
    choice."""
    tabs = (tab for tab in dossier.exam.tabs if tab.name in dossier.answers)
    asked = {tab.name: _accepted_names(dossier, tab, _content(dossier, tab)) for tab in tabs}
    answers = {tab: _only(names, dossier.answers[tab]) for tab, names in asked.items()}
    return dossier if answers == dossier.answers else replace(dossier, answers=answers)


def recap(dossier: Dossier) -> Recap:
    """Everything that was typed, valid or not, with the warning that nothing is saved yet."""
    return Recap(
        numero_candidat=dossier.numero_candidat,
        warning=CHANGES_NOT_SENT if dossier.modifies else NOT_SAVED,
        sections=recap_sections(dossier),
        epreuves=epreuve_lines(dossier),
    )


def recap_sections(dossier: Dossier) -> tuple[RecapSection, ...]:
    """The sections of the récapitulatif: the qualification first, as in the guide, then tab by
    tab."""
    sections: list[RecapSection] = []
    for tab in sorted(dossier.exam.tabs, key=lambda tab: tab.kind != "qualification"):
        sections += (*KINDS[tab.kind].recap(dossier, tab), *questions.recap(dossier, tab))
    return tuple(section for section in (*sections, _warnings_section(dossier)) if section.lines)


def epreuve_lines(dossier: Dossier) -> tuple[EpreuveLine, ...]:
    """Return the épreuves as the récapitulatif shows them, and as a version saves them."""
    return tuple(_epreuve_line(chosen) for chosen in dossier.epreuves)


def _epreuve_line(chosen: ChosenEpreuve) -> EpreuveLine:
    epreuve = chosen.epreuve
    return EpreuveLine(
        code=epreuve.code,
        label=epreuve.label,
        option=chosen.option_label,
        unit=epreuve.unit,
        parent=epreuve.parent,
        mandatory=chosen.mandatory,
        position=chosen.position,
        position_label=chosen.position_label,
        mode_label=chosen.mode_label,
        mark=mark_label(chosen.kept_mark) if chosen.kept_mark is not None else None,
        hidden_on_pdf=epreuve.hidden_on_pdf,
    )


def _only(names: frozenset[str], typed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in typed.items() if name in names}


def _searches_without_choice(content: TabContent, typed: Mapping[str, Any]) -> frozenset[str]:
    """The names under which the words of these searches are posted."""
    searches = (
        field.name for field in content.fields() if field.type == "search" and not field.disabled
    )
    return frozenset(
        f"{name}{WORDS}" for name in searches if typed.get(f"{name}{WORDS}") and not typed.get(name)
    )


def _accepted_names(dossier: Dossier, tab: Tab, content: TabContent) -> frozenset[str]:
    enabled = (field.name for field in content.fields() if not field.disabled)
    questions = (question.name for question in tab.questions)
    return frozenset((*enabled, *questions, *KINDS[tab.kind].more_names(dossier, tab)))


def _content(dossier: Dossier, tab: Tab) -> TabContent:
    """What the tab's kind shows, and the exam's own questions, with what was typed."""
    to_show = answers_to_show(dossier, tab)
    content = KINDS[tab.kind].content(dossier, tab, to_show)
    asked = filled(questions.sections(dossier, tab), dossier.typed(tab))
    return replace(content, sections=(*filled(content.sections, to_show, content.computed), *asked))


def _errors(dossier: Dossier, tab: Tab) -> tuple[FieldError, ...]:
    kind = KINDS[tab.kind]
    typed = dossier.typed(tab)
    errors = (
        *check_fields(kind.content(dossier, tab, typed).sections, typed),
        *kind.check(dossier, tab),
        *rules.reasons(dossier, rules.ERROR, tab.kind),
        *check_fields(questions.sections(dossier, tab), typed),
        *questions.check(dossier, tab),
    )
    return tuple(dict.fromkeys(errors))


def _in_page_order(errors: tuple[FieldError, ...], content: TabContent) -> tuple[FieldError, ...]:
    """Errors in the order of the fields on the page; those of no field come last."""
    places = {error(field.name, "").pointer: place for place, field in enumerate(content.fields())}
    return tuple(
        sorted(errors, key=lambda field_error: places.get(field_error.pointer, len(places)))
    )


def _warnings_to_show(dossier: Dossier, number: int, tab: Tab) -> tuple[str, ...]:
    """The warnings of a tab and of the tab before it; before « Enregistrer » those of all tabs. The
    récapitulatif has them in its sections."""
    match tab.kind:
        case "recap":
            return ()
        case "number":
            return tuple(line.value for line in _warnings_section(dossier).lines)
    tabs = dossier.exam.tabs[max(number - 2, 0) : number]
    return tuple(text for each in tabs for text in _warnings(dossier, each))


def _warnings(dossier: Dossier, tab: Tab) -> tuple[str, ...]:
    return (*not_carried(dossier, tab), *rules.reasons(dossier, rules.WARNING, tab.kind))


def _warnings_section(dossier: Dossier) -> RecapSection:
    tabs = dossier.exam.tabs
    lines = (Line(tab.title, text) for tab in tabs for text in _warnings(dossier, tab))
    return RecapSection(WARNINGS, tuple(lines))
