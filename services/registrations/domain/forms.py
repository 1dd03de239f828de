"""A form as data, which the gateway renders without knowing any rule; what was typed in it; the
checks of one field.

Values are texts exactly as typed; a checkbox is « oui ». A value is right if it is there where
required, in its list, of its format, not too long, and made of characters that documents can print.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from services.chassis.errors import FieldError as FieldError
from services.contracts.api import forms as described
from services.contracts.registration_rules import ANSWER_LENGTH
from services.reference import telephones, uai
from services.reference.text import normalised_text, refusal_of_unprintable

OUI = "oui"
NON = "non"
WORDS = "-texte"  # suffix of a search field's name: the words typed there while nothing is chosen
MAX_ANSWERS_BYTES = (
    256 * 1024
)  # bytes of a draft's answers; the longest real ones hold a few thousand


def size_in_bytes(answers: Mapping[str, Mapping[str, str | Sequence[str]]]) -> int:
    """Bytes of the answers as JSON."""
    return len(json.dumps(answers))


@dataclass(frozen=True)
class TabAnswers:
    """The answers of one tab by field name. A missing answer is read as empty."""

    values: Mapping[str, str | Sequence[str]]

    def raw(self, name: str) -> str:
        """Exactly what was typed; of a list its first text."""
        value = self.values.get(name, "")
        if isinstance(value, str):
            return value
        return next((item for item in value if isinstance(item, str)), "")

    def text(self, name: str) -> str:
        """What was typed, in NFC, without needless spaces or invisible characters."""
        return normalised_text(self.raw(name))

    def list(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name, ())
        items = (value,) if isinstance(value, str) else value
        return tuple(
            text for item in items if isinstance(item, str) and (text := normalised_text(item))
        )

    def is_ticked(self, name: str) -> bool:
        return self.raw(name) == OUI

    def is_answered(self, name: str) -> bool:
        return bool(self.list(name))

    def __bool__(self) -> bool:
        return bool(self.values)


@dataclass(frozen=True)
class Format:
    fits: Callable[[str], bool]
    expected: str  # ends « Localité : … »
    inputmode: str | None = None


def french_date(text: str) -> date | None:
    """A day typed dd/mm/yyyy; None for anything else, 30/02/2001 included."""
    match = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", text)
    if not match:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


def _is_telephone(text: str) -> bool:
    try:
        return bool(telephones.normalised(text))
    except ValueError:
        return False


def _matching(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


FORMATS: Mapping[str, Format] = {
    "annee": Format(
        _matching("(?:19|20)[0-9]{2}"), "une année sur quatre chiffres, par exemple 2021", "numeric"
    ),
    "code_postal": Format(
        _matching("[0-9]{5}"), "un code postal de cinq chiffres, par exemple 35000", "numeric"
    ),
    "date": Format(
        lambda text: french_date(text) is not None, "une date telle que 30/05/1998", "numeric"
    ),
    "email": Format(
        _matching(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+"), "une adresse telle que nom.prenom@domaine.fr"
    ),
    "nombre": Format(_matching("-?[0-9]{1,9}"), "un nombre entier", "numeric"),
    "note": Format(
        _matching("(?:[01]?[0-9](?:[.,][0-9]{1,2})?|20(?:[.,]0{1,2})?)"),
        "une note de 0 à 20",
        "decimal",
    ),
    "telephone": Format(_is_telephone, f"un numéro tel que {telephones.EXAMPLES}", "tel"),
    "uai": Format(uai.is_valid, "un numéro d'établissement tel que 0250013D"),
}


MAX_PROPOSALS = 20
"""Of every search of a tab (établissement, spécialité, nationality …), where the caller asks for no
other number."""
_ALWAYS = ("name", "label", "type", "required", "value")


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    group: str | None = None
    hint: str | None = None

    @cached_property
    def data(self) -> described.Option:
        """Computed once: options of the reference data live as long as the process, and pages have
        hundreds of them."""
        data: Any = {name: part for name, part in vars(self).items() if part is not None}
        return data


@dataclass(frozen=True)
class Field:
    """One field. `search` names the server search of this field; on a text field it only proposes,
    as do `options`."""

    name: str
    label: str
    type: str = "text"
    required: bool = False
    hint: str | None = None
    options: tuple[Option, ...] = ()
    value: str | None = None
    display: str | None = None  # label of the value of a search
    disabled: bool = False
    autocomplete: str | None = None
    inputmode: str | None = None
    search: str | None = None
    placeholder: str | None = None
    refresh: bool = False  # changing it changes the form
    browse: str | None = None  # of a search: label of the button that leads to all its choices
    proposals: tuple[
        described.Proposal, ...
    ] = ()  # of a search: buttons that answer it before anything is typed
    guidance: described.Guidance | None = (
        None  # for choosing a value, in a disclosure under the field
    )

    def to_data(self) -> dict[str, Any]:
        parts = {**vars(self), "options": [option.data for option in self.options]}
        return {
            name: part
            for name, part in parts.items()
            if name in _ALWAYS or part not in (None, False, (), [])
        }


@dataclass(frozen=True)
class Section:
    title: str | None
    fields: tuple[Field, ...]
    notice: str | None = None

    def to_data(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "notice": self.notice,
            "fields": [field.to_data() for field in self.fields],
        }


def error(field: str, detail: str) -> FieldError:
    """An error of the field of that name; a JSON pointer escapes « / » and « ~ » in names."""
    return FieldError("#/" + field.replace("~", "~0").replace("/", "~1"), detail)


SELECT = "Sélectionnez une valeur"
OUI_NON = {OUI: "Oui", NON: "Non"}
_CHOICES = ("select", "radio", "yes_no")
_WITHOUT_INPUT = ("notice", "hidden")
_MISSING = {
    "yes_no": "répondez par Oui ou par Non.",
    **dict.fromkeys(("select", "radio", "search"), "choisissez une valeur."),
    "checkbox": "cochez cette case.",
}


def filled(
    sections: Iterable[Section], typed: TabAnswers, computed: tuple[str, ...] = ()
) -> tuple[Section, ...]:
    """The sections with what was typed in their fields, as typed, and the words typed in searches
    without a choice. Disabled fields keep their value, as do those whose name begins with one of
    `computed`."""

    def shown(field: Field) -> Field:
        if field.disabled or field.type in _WITHOUT_INPUT or field.name.startswith(computed):
            return field
        value = typed.raw(field.name) if field.name in typed.values else field.value
        words = typed.raw(f"{field.name}{WORDS}") if field.type == "search" and not value else ""
        return replace(field, value=value, display=words or field.display)

    return tuple(replace(section, fields=tuple(map(shown, section.fields))) for section in sections)


def yes_no(
    name: str,
    label: str,
    *,
    value: str | None = None,
    required: bool = False,
    refresh: bool = False,
) -> Field:
    """Return a field that is answered by Oui or by Non."""
    options = tuple(Option(value, text) for value, text in OUI_NON.items())
    return Field(
        name,
        label,
        "yes_no",
        options=options,
        value=value,
        required=required,
        refresh=refresh,
    )


def select(
    name: str,
    label: str,
    options: tuple[Option, ...],
    *,
    value: str | None = None,
    required: bool = True,
    placeholder: str | None = SELECT,
    hint: str | None = None,
    autocomplete: str | None = None,
    refresh: bool = False,
    guidance: described.Guidance | None = None,
) -> Field:
    """Return a list of which one option is chosen: none at first, unless `value` says otherwise."""
    return Field(
        name,
        label,
        "select",
        options=options,
        value=value,
        required=required,
        placeholder=placeholder,
        hint=hint,
        autocomplete=autocomplete,
        refresh=refresh,
        guidance=guidance,
    )


def search(
    name: str,
    label: str,
    display: str,
    *,
    options: tuple[Option, ...] = (),
    required: bool = False,
    hint: str | None = None,
    refresh: bool = False,
    browse: str | None = None,
    proposals: tuple[described.Proposal, ...] = (),
) -> Field:
    """Return a field whose value is searched for on the server. `display`: the label of what is
    chosen, or the words typed instead."""
    return Field(
        name,
        label,
        "search",
        options=options,
        required=required,
        hint=hint,
        display=display or None,
        search=name,
        refresh=refresh,
        browse=browse,
        proposals=proposals,
    )


def notice(name: str, text: str) -> Field:
    """A paragraph among the fields."""
    return Field(name, text, "notice")


def check_fields(sections: Iterable[Section], typed: TabAnswers) -> tuple[FieldError, ...]:
    """One error per field that is empty though required, not in its list, too long, or not
    printable."""
    errors = (_field_error(field, typed) for section in sections for field in section.fields)
    return tuple(field_error for field_error in errors if field_error is not None)


def label_in_errors(field: Field) -> str:
    """The field's label as errors show it."""
    return field.label.removesuffix("(1)").strip()


def _field_error(field: Field, typed: TabAnswers) -> FieldError | None:
    detail = None
    text = typed.text(field.name)
    if field.disabled or field.type in _WITHOUT_INPUT:
        return None
    if not typed.is_answered(field.name):
        detail = _MISSING.get(field.type, "ce champ est obligatoire.") if field.required else None
    elif field.type in _CHOICES and text not in {option.value for option in field.options}:
        detail = "choisissez une valeur de la liste."
    elif field.type == "checkbox" and text != OUI:
        detail = "cochez la case ou laissez-la vide."
    elif len(typed.raw(field.name)) > ANSWER_LENGTH:
        detail = f"{ANSWER_LENGTH} caractères au plus."
    elif field.inputmode is None:  # free text: another has a format, which refuses such characters
        detail = refusal_of_unprintable(text)
    return (
        error(field.name, f"{label_in_errors(field)} : {detail[0].lower()}{detail[1:]}")
        if detail
        else None
    )
