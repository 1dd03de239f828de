"""The exam's own questions: fields defined by the catalogue, on a tab of their own or added to
another tab."""

from collections.abc import Iterator

from services.contracts.registrations import Line
from services.contracts.registrations import Section as RecapSection
from services.reference.text import folded
from services.registrations.domain import facts, forms
from services.registrations.domain.conditions import Lookup, holds
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Item, Question, Tab

_FIELD_TYPES = {
    "text": "text",
    "number": "text",
    "date": "date",
    "yes_no": "yes_no",
    "choice": "select",
    "search": "search",
    "consent": "checkbox",
    "notice": "notice",
}
TYPES = tuple(_FIELD_TYPES)
"""Of questions, as exam files name them."""
_FORMAT_OF_TYPE = {"number": "nombre", "date": "date"}


def sections(dossier: Dossier, tab: Tab) -> tuple[forms.Section, ...]:
    questions = _visible_questions(dossier, tab)
    lookup = facts.lookup(dossier)
    deciding = _questions_depended_on(tab)
    fields = tuple(_field(dossier, tab, question, lookup, deciding) for question in questions)
    title = tab.title if tab.kind in ("questions", "notice") else "Informations complémentaires"
    return (forms.Section(title, fields),) if fields else ()


def check(dossier: Dossier, tab: Tab) -> Iterator[forms.FieldError]:
    for question in _visible_questions(dossier, tab):
        text = dossier.typed(tab).text(question.name)
        expected = _format(question)
        if text and question.type == "search" and _item(dossier, question, text) is None:
            yield forms.error(
                question.name, f"{question.label} : choisissez une valeur de la liste."
            )
        elif text and expected is not None and not expected.fits(text):
            yield forms.error(question.name, f"{question.label} : saisissez {expected.expected}.")


def recap(dossier: Dossier, tab: Tab) -> tuple[RecapSection, ...]:
    typed = dossier.typed(tab)
    lines = tuple(
        Line(question.label, _recap_value(dossier, question, typed))
        for question in _visible_questions(dossier, tab)
        if question.type != "notice"
    )
    return (RecapSection(tab.title, lines),) if lines else ()


def search(
    dossier: Dossier, tab: Tab, field: str, typed: str, limit: int
) -> tuple[forms.Option, ...] | None:
    """Proposals for a question of the type search; None where no question has that name."""
    for question in tab.questions:
        if question.name == field:
            items = (
                item for item in _items(dossier, question) if folded(typed) in folded(item.label)
            )
            return tuple(forms.Option(item.key, item.label) for item in items)[: max(limit, 0)]
    return None


def _visible_questions(dossier: Dossier, tab: Tab) -> tuple[Question, ...]:
    lookup = facts.lookup(dossier)
    return tuple(question for question in tab.questions if holds(question.shown, lookup))


def _field(
    dossier: Dossier, tab: Tab, question: Question, lookup: Lookup, deciding: frozenset[str]
) -> forms.Field:
    if question.type == "notice":
        return forms.notice(question.name, question.text or question.label)
    expected = _format(question)
    options = tuple(forms.Option(item.key, item.label) for item in _items(dossier, question))
    if question.type == "yes_no":
        options = tuple(forms.Option(value, text) for value, text in forms.OUI_NON.items())
    typed = dossier.typed(tab).text(question.name)
    chosen = _item(dossier, question, typed)
    return forms.Field(
        name=question.name,
        label=question.label,
        type=_FIELD_TYPES[question.type],
        required=question.required is not None and holds(question.required, lookup),
        hint=question.hint,
        options=() if question.type == "search" else options,
        inputmode=expected.inputmode if expected else None,
        search=question.name if question.type == "search" else None,
        display=(chosen.label if chosen else typed or None) if question.type == "search" else None,
        placeholder=forms.SELECT if question.type == "choice" else None,
        refresh=question.name in deciding,
    )


def _questions_depended_on(tab: Tab) -> frozenset[str]:
    """The names of questions that another question of the tab depends on: changing them changes the
    form."""
    names = frozenset(question.name for question in tab.questions)
    text = "".join(repr((question.shown, question.required)) for question in tab.questions)
    return frozenset(name for name in names if repr(f"question:{name}") in text)


def _format(question: Question) -> forms.Format | None:
    return forms.FORMATS.get(question.format or _FORMAT_OF_TYPE.get(question.type, ""))


def _recap_value(dossier: Dossier, question: Question, typed: forms.TabAnswers) -> str:
    text = typed.text(question.name)
    if question.type == "yes_no":
        return forms.OUI_NON.get(text, "")
    if question.type == "consent":
        return ("Oui" if typed.is_ticked(question.name) else "Non") if typed else ""
    item = _item(dossier, question, text)
    return item.label if item else text


def _items(dossier: Dossier, question: Question) -> tuple[Item, ...]:
    return question.options or dossier.exam.lists.get(question.list or "", ())


def _item(dossier: Dossier, question: Question, key: str) -> Item | None:
    return next((item for item in _items(dossier, question) if item.key == key), None)
