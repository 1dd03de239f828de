"""A form as data, which the gateway renders without knowing any rule; `to_data()` gives the API's JSON.

Values are texts exactly as typed; checkboxes are lists of values, a single checkbox is « oui ».
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from services.chassis.errors import FieldError
from services.contracts.api import forms as described

__all__ = ["Field", "FieldError", "Form", "Option", "Section", "Value", "error"]

Value = str | tuple[str, ...] | None

MAX_PROPOSALS = 20
"""Of every search of a tab (établissement, spécialité, nationality …), where the caller asks for no other number."""
_OPTIONAL_KEYS = ("hint", "display", "autocomplete", "inputmode", "search", "placeholder", "browse")


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    group: str | None = None
    hint: str | None = None

    @cached_property
    def data(self) -> described.Option:
        """Computed once: options of the reference data live as long as the process, and pages have hundreds of them."""
        data: described.Option = {"value": self.value, "label": self.label}
        if self.group is not None:
            data["group"] = self.group
        if self.hint is not None:
            data["hint"] = self.hint
        return data


@dataclass(frozen=True)
class Proposal:
    """An answer that a search field offers before anything is typed, as a button labelled `sentence`."""

    value: str
    label: str  # of the value, as the field shows it once chosen
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """What one choice of a list means."""

    label: str
    text: str


@dataclass(frozen=True)
class Guidance:
    """Help for choosing a value, in a disclosure under the field."""

    title: str
    explanations: tuple[Explanation, ...]
    notice: str | None = None


@dataclass(frozen=True)
class Field:
    """One field. `search` names the server search of this field; on a text field it only proposes, as do `options`."""

    name: str
    label: str
    type: str = "text"
    required: bool = False
    hint: str | None = None
    options: tuple[Option, ...] = ()
    value: Value = None
    display: str | None = None  # label of the value of a search
    disabled: bool = False
    autocomplete: str | None = None
    inputmode: str | None = None
    search: str | None = None
    placeholder: str | None = None
    refresh: bool = False  # changing it changes the form
    browse: str | None = None  # of a search: label of the button that leads to all its choices
    proposals: tuple[Proposal, ...] = ()
    guidance: Guidance | None = None

    def to_data(self) -> dict[str, Any]:
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        data: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "required": self.required,
            "value": value,
        }
        data.update({key: getattr(self, key) for key in _OPTIONAL_KEYS if getattr(self, key) is not None})
        if self.options:
            data["options"] = [option.data for option in self.options]
        if self.proposals:
            data["proposals"] = [asdict(proposal) for proposal in self.proposals]
        if self.guidance:
            data["guidance"] = asdict(self.guidance)
        if self.disabled:
            data["disabled"] = True
        if self.refresh:
            data["refresh"] = True
        return data

    def holding(self, value: Value) -> Field:
        return replace(self, value=value)


@dataclass(frozen=True)
class Section:
    title: str | None
    fields: tuple[Field, ...]
    notice: str | None = None

    def to_data(self) -> dict[str, Any]:
        return {"title": self.title, "notice": self.notice, "fields": [field.to_data() for field in self.fields]}


@dataclass(frozen=True)
class Form:
    sections: tuple[Section, ...]

    def to_data(self) -> dict[str, Any]:
        return {"sections": [section.to_data() for section in self.sections]}

    def fields(self) -> tuple[Field, ...]:
        return tuple(field for section in self.sections for field in section.fields)

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields() if field.name == name), None)


def error(field: str, detail: str) -> FieldError:
    """An error of the field of that name; a JSON pointer escapes « / » and « ~ » in names."""
    return FieldError("#/" + field.replace("~", "~0").replace("/", "~1"), detail)
