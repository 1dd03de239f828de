"""Fields holding what was typed, and the checks that follow from a field alone.

It is required, in its list, not too long, written with what documents can print.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.reference import printable
from services.registrations.domain.formats import LONGEST_TEXT
from services.registrations.domain.forms import Field, FieldError, Option, Section, error
from services.registrations.domain.tab_answers import NON, OUI, TabAnswers

SELECT = "Sélectionnez une valeur"
OUI_NON = {OUI: "Oui", NON: "Non"}
_CHOICES = ("select", "radio", "yes_no")
_UNTYPED = ("notice", "hidden")


def filled(section: Section, typed: TabAnswers) -> Section:
    """The section with its fields holding what was typed, as it was typed; disabled ones keep theirs."""
    return Section(section.title, tuple(_filled(field, typed) for field in section.fields), section.notice)


def yes_no(name: str, label: str, *, required: bool = False, refresh: bool = False, hint: str | None = None) -> Field:
    options = tuple(Option(value, text) for value, text in OUI_NON.items())
    return Field(name, label, "yes_no", required=required, refresh=refresh, options=options, hint=hint)


def notice(name: str, text: str) -> Field:
    """A paragraph among the fields."""
    return Field(name, text, "notice")


def check_fields(sections: Iterable[Section], typed: TabAnswers) -> tuple[FieldError, ...]:
    """One error per field that is required and empty, outside its list, too long, or that cannot be printed."""
    found = (_wrong(field, typed) for section in sections for field in section.fields)
    return tuple(one for one in found if one is not None)


def called(field: Field) -> str:
    """The field's label as an error names it."""
    return field.label.removesuffix("(1)").strip()


def _filled(field: Field, typed: TabAnswers) -> Field:
    if field.disabled or field.type in _UNTYPED or field.name not in typed.values:
        return field
    if field.type == "checkboxes":
        return field.holding(typed.list(field.name))
    return field.holding(typed.raw(field.name))


def _wrong(field: Field, typed: TabAnswers) -> FieldError | None:
    if field.disabled or field.type in _UNTYPED:
        return None
    if not typed.is_answered(field.name):
        return error(field.name, f"{called(field)} : {_needed(field)}") if field.required else None
    values = typed.list(field.name) if field.type == "checkboxes" else (typed.text(field.name),)
    if field.type in (*_CHOICES, "checkboxes") and not _offered(field, values):
        return error(field.name, f"{called(field)} : choisissez une valeur de la liste.")
    if field.type == "checkbox" and values != (OUI,):
        return error(field.name, f"{called(field)} : cochez la case ou laissez-la vide.")
    if len(typed.raw(field.name)) > LONGEST_TEXT:
        return error(field.name, f"{called(field)} : {LONGEST_TEXT} caractères au plus.")
    return _unprintable(field, typed.text(field.name))


def _unprintable(field: Field, text: str) -> FieldError | None:
    """Of free text; what has a format (numbers, mostly) is refused by that."""
    detail = printable.refusal(text) if field.inputmode is None else None
    return error(field.name, f"{called(field)} : {detail[0].lower()}{detail[1:]}") if detail else None


def _offered(field: Field, values: tuple[str, ...]) -> bool:
    offered = {option.value for option in field.options}
    return all(value in offered for value in values)


def _needed(field: Field) -> str:
    match field.type:
        case "yes_no":
            return "répondez par Oui ou par Non."
        case "select" | "radio" | "search":
            return "choisissez une valeur."
        case "checkbox":
            return "cochez cette case."
    return "ce champ est obligatoire."
