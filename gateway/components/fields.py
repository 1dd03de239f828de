"""Form fields for templates: the services' field definitions with every attribute set, their
options, ids and errors.

Services send plain JSON where most keys may be missing; macros read a `Field`, where every
attribute exists. The same few hundred options (countries, nationalities …) are in most pages: each
is parsed and rendered once, and cached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from flask import g
from markupsafe import Markup

from services import french

Error = Mapping[str, Any]
"""Its `detail`, and the `pointer` to its field; on other pages also its `url`."""
YES_NO = ({"value": "oui", "label": "Oui"}, {"value": "non", "label": "Non"})
_INPUT_TYPES = {"email": "email", "tel": "tel", "password": "password"}
_NAMES_ITS_SUBJECT = re.compile(r"[^.?!]{1,80} : ")  # « E1 : indiquez la note obtenue »
_INPUT_MODES = {"number": "numeric", "date": "numeric"}
MAX_CACHED_OPTIONS = 4096
_OPTION = Markup('<option value="{}"{}{}>{}</option>')
_SELECTED = Markup(" selected")
_DISABLED = Markup(" disabled")
_NOTHING = Markup()


@dataclass(frozen=True)
class Field:
    """A field as a service defines it. `value` is what was typed, as typed; `display` the words of
    a search's value, `about` distinguishes two fields of the same label. Of a search: `advice` is
    shown beside the results, `browse` is the label of the button that leads to all choices;
    `proposals` ({value, label, sentence}) are answers offered by buttons with the words `sentence`.
    `guidance` ({title, explanations, notice}) helps to choose.

    On a text field `options` and `search` only propose: what is typed stays free.
    """

    name: str
    label: str = ""
    type: str = "text"
    hint: str | None = None
    required: bool = False
    options: tuple[Option, ...] = ()
    value: Any = None
    display: str | None = None
    disabled: bool = False
    autocomplete: str | None = None
    inputmode: str | None = None
    placeholder: str | None = None
    refresh: bool = False
    search: str | None = None
    search_url: str | None = None
    results: tuple[Option, ...] | None = None
    rules: tuple[str, ...] = ()
    accept: str | None = None
    max_bytes: int | None = None
    max_files: int | None = None
    multiple: bool = False
    inline: bool = False
    rows: int = 4
    text: str | None = None
    severity: str = "info"
    about: str | None = None
    advice: str | None = None
    browse: str | None = None
    proposals: tuple[Mapping[str, str], ...] = ()
    guidance: Mapping[str, Any] | None = None

    @property
    def id(self) -> str:
        return field_id(self.name)

    @property
    def hint_id(self) -> str:
        return f"{self.id}-aide"

    @property
    def messages_id(self) -> str:
        return f"{self.id}-messages"

    @property
    def described_by(self) -> str:
        """Ids that describe the control: its hint, where there is one, then the place of its
        errors."""
        return f"{self.hint_id} {self.messages_id}" if self.hint else self.messages_id

    @property
    def input_type(self) -> str:
        """Dates and numbers are text: a browser's own widgets drop what they cannot read, and typed
        text must stay."""
        return _INPUT_TYPES.get(self.type, "text")

    @property
    def keyboard(self) -> str | None:
        return self.inputmode or _INPUT_MODES.get(self.type)

    @property
    def grouped_options(self) -> list[tuple[str | None, list[Option]]]:
        """Neighbouring options of one group together, in the order given."""
        return [
            (group, list(options))
            for group, options in groupby(self.options, key=attrgetter("group"))
        ]

    @cached_property
    def chosen(self) -> frozenset[str]:
        """The values chosen or ticked."""
        if isinstance(self.value, list | tuple | set):
            return frozenset(str(item) for item in self.value)
        return frozenset(() if self.value is None else (str(self.value),))

    @property
    def ticked(self) -> bool:
        """Whether a single box is ticked, however the service says it."""
        return self.value is True or str(self.value or "").lower() in {"oui", "on", "true", "1"}


def field_id(name: str) -> str:
    """The stable id of a field's control, which errors link to."""
    return f"champ-{name}"


def read_field(raw: Any, search_url: str | None = None) -> Field:
    """A `Field` from JSON, or from a Field. `search_url` is the page's search address, to which a
    searched field that has none of its own adds its name."""
    field = raw if isinstance(raw, Field) else Field(**_attributes(raw))
    _labels_read()[field.name] = field.label
    if search_url and (field.type == "search" or field.search) and not field.search_url:
        separator = "&" if "?" in search_url else "?"
        return replace(
            field, search_url=f"{search_url}{separator}{urlencode({'field': field.name})}"
        )
    return field


def _attributes(raw: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {key: raw[key] for key in Field.__dataclass_fields__ if key in raw}
    if raw.get("type") == "yes_no":
        attributes = {"inline": True, **attributes, "options": raw.get("options") or YES_NO}
    attributes["options"] = tuple(map(read_option, attributes.get("options") or ()))
    if attributes.get("results") is not None:
        attributes["results"] = tuple(map(read_option, attributes["results"]))
    return attributes


def messages_for(errors: Iterable[Error] | None, name: str) -> list[str]:
    """The details of those errors that point at the field `name`."""
    return [error["detail"] for error in errors or () if error_target(error) == name]


def error_target(error: Error) -> str | None:
    """The field an error is about, by its pointer (« #/adresse/voie » → « adresse.voie »), into the
    values typed where these are a part of what was sent (« #/values/prenoms » → « prenoms »)."""
    pointer = error.get("pointer", "").removeprefix("#").removeprefix("/")
    pointer = pointer.removeprefix("values/").removesuffix("/value")
    return pointer.replace("/", ".").replace("~1", "/").replace("~0", "~") or None


def _labels_read() -> dict[str, str]:
    """The labels of the fields that this page has read so far, by name."""
    labels: dict[str, str] = g.setdefault("labels_of_fields", {})
    return labels


def named_detail(error: Error) -> str:
    """An error's sentence for a list of errors: after the label of its field, unless it names its
    subject itself."""
    detail: str = error["detail"]
    label = _labels_read().get(error_target(error) or "", "").removesuffix(" (1)")
    if not label or label.lower() in detail.lower() or _NAMES_ITS_SUBJECT.match(detail):
        return detail
    return f"{label} : {detail[:1].lower()}{detail[1:]}"


def count_of(number: int, singular: str, plural: str | None = None) -> str:
    """« 1 erreur », « 3 erreurs »; in French zero is singular."""
    return f"{french.number(number)} {singular if number < 2 else plural or singular + 's'}"


@dataclass(frozen=True)
class Option:
    """One choice of a list; `group` titles a group of a native select."""

    value: str
    label: str
    group: str | None = None
    hint: str | None = None
    disabled: bool = False

    @cached_property
    def unchosen(self) -> Markup:
        """As an <option> of a native list that is not selected."""
        return self._render(_NOTHING)

    @property
    def chosen(self) -> Markup:
        return self._render(_SELECTED)

    def _render(self, selected: Markup) -> Markup:
        return _OPTION.format(
            self.value, selected, _DISABLED if self.disabled else _NOTHING, self.label
        )


def read_option(raw: Any) -> Option:
    """An `Option` from JSON, from an Option, or from what is both its value and its label."""
    if isinstance(raw, Option):
        return raw
    if isinstance(raw, dict):
        return _cached_option(
            raw["value"],
            raw["label"],
            raw.get("group"),
            raw.get("hint"),
            raw.get("disabled", False),
        )
    return _cached_option(str(raw), str(raw))


def native_choices(options: Iterable[Option], chosen: frozenset[str]) -> Markup:
    """The lines of a native list, the `chosen` values selected."""
    lines = (option.chosen if option.value in chosen else option.unchosen for option in options)
    return Markup("\n    ".join(lines))  # noqa: S704 - each line is escaped already


_cached_option = lru_cache(maxsize=MAX_CACHED_OPTIONS)(Option)
FOR_TEMPLATES = (
    count_of,
    error_target,
    field_id,
    messages_for,
    named_detail,
    native_choices,
    read_field,
)
"""What macros and pages call, by the same names."""
