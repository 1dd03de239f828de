"""Forms as services define them (JSON values, read by the macros of components/), and the values posted with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.components.posted_searches import without_outdated_choices

Form = Mapping[str, Any]
Values = dict[str, str | list[str]]


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    hint: str | None = None


@dataclass(frozen=True)
class SearchSuggestions:
    """The options that match the words typed; `advice`: what to do if the wanted one is not among them."""

    options: tuple[Option, ...]
    advice: str | None = None


def posted_values(form: Mapping[str, list[str]], *, leave: tuple[str, ...] = ()) -> Values:
    """The posted values by field name, exactly as typed: a text, or a list if the name was posted several times.
    `leave`: names to leave out.

    NUL characters are removed: they cannot be typed, and services refuse a text that contains one.
    """
    posted = {
        name: [value.replace("\0", "") for value in values] for name, values in without_outdated_choices(form).items()
    }
    return {name: values[0] if len(values) == 1 else values for name, values in posted.items() if name not in leave}
