"""Fields with what was typed, and the checks of a single field.

A value is there if required, in its list, not too long, and made of characters that documents can print.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.contracts.registration_lengths import ANSWER
from services.reference.text import refusal_of_unprintable
from services.registrations.domain.forms import Field, FieldError, Option, Section, error
from services.registrations.domain.tab_answers import NON, OUI, TabAnswers

SELECT = "Sélectionnez une valeur"
OUI_NON = {OUI: "Oui", NON: "Non"}
_CHOICES = ("select", "radio", "yes_no")
_WITHOUT_INPUT = ("notice", "hidden")


def filled(section: Section, typed: TabAnswers) -> Section:
    """The section with what was typed in its fields, as typed; disabled fields keep their value."""
    return Section(section.title, tuple(_filled(field, typed) for field in section.fields), section.notice)


def yes_no(name: str, label: str, *, required: bool = False, refresh: bool = False, hint: str | None = None) -> Field:
    options = tuple(Option(value, text) for value, text in OUI_NON.items())
    return Field(name, label, "yes_no", required=required, refresh=refresh, options=options, hint=hint)


def notice(name: str, text: str) -> Field:
    """A paragraph among the fields."""
    return Field(name, text, "notice")


def check_fields(sections: Iterable[Section], typed: TabAnswers) -> tuple[FieldError, ...]:
    """One error per field that is empty though required, not in its list, too long, or not printable."""
    errors = (_field_error(field, typed) for section in sections for field in section.fields)
    return tuple(field_error for field_error in errors if field_error is not None)


def label_in_errors(field: Field) -> str:
    """The field's label as errors show it."""
    return field.label.removesuffix("(1)").strip()


def _filled(field: Field, typed: TabAnswers) -> Field:
    if field.disabled or field.type in _WITHOUT_INPUT or field.name not in typed.values:
        return field
    if field.type == "checkboxes":
        return field.holding(typed.list(field.name))
    return field.holding(typed.raw(field.name))


def _field_error(field: Field, typed: TabAnswers) -> FieldError | None:
    if field.disabled or field.type in _WITHOUT_INPUT:
        return None
    if not typed.is_answered(field.name):
        return error(field.name, f"{label_in_errors(field)} : {_required_detail(field)}") if field.required else None
    values = typed.list(field.name) if field.type == "checkboxes" else (typed.text(field.name),)
    if field.type in (*_CHOICES, "checkboxes") and not _are_options(field, values):
        return error(field.name, f"{label_in_errors(field)} : choisissez une valeur de la liste.")
    if field.type == "checkbox" and values != (OUI,):
        return error(field.name, f"{label_in_errors(field)} : cochez la case ou laissez-la vide.")
    if len(typed.raw(field.name)) > ANSWER:
        return error(field.name, f"{label_in_errors(field)} : {ANSWER} caractères au plus.")
    return _unprintable_error(field, typed.text(field.name))


def _unprintable_error(field: Field, text: str) -> FieldError | None:
    """Only of free text: a field with an `inputmode` has a format that refuses such characters."""
    detail = refusal_of_unprintable(text) if field.inputmode is None else None
    return error(field.name, f"{label_in_errors(field)} : {detail[0].lower()}{detail[1:]}") if detail else None


def _are_options(field: Field, values: tuple[str, ...]) -> bool:
    offered = {option.value for option in field.options}
    return all(value in offered for value in values)


def _required_detail(field: Field) -> str:
    match field.type:
        case "yes_no":
            return "répondez par Oui ou par Non."
        case "select" | "radio" | "search":
            return "choisissez une valeur."
        case "checkbox":
            return "cochez cette case."
    return "ce champ est obligatoire."
