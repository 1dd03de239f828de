"""Forms as services define them, kept as JSON values for the macros, plus the problems tied to their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.components.posted import settled

Form = Mapping[str, Any]
Values = dict[str, str | list[str]]


@dataclass(frozen=True)
class Option:
    value: str
    label: str


def typed(form: Mapping[str, list[str]], *, leave: tuple[str, ...] = ()) -> Values:
    """What was posted, exactly as typed: a text each, or a list where a name came several times."""
    posted = settled(form)
    return {name: values[0] if len(values) == 1 else values for name, values in posted.items() if name not in leave}
