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
    hint: str | None = None


@dataclass(frozen=True)
class Proposed:
    """What a search proposes; `advice` says what to do where nothing is called as was typed."""

    options: tuple[Option, ...]
    advice: str | None = None


def typed(form: Mapping[str, list[str]], *, leave: tuple[str, ...] = ()) -> Values:
    """What was posted, exactly as typed: a text each, or a list where a name came several times.

    A NUL is nothing that anybody typed or could see; services refuse the text that holds one.
    """
    posted = {name: [value.replace("\0", "") for value in values] for name, values in settled(form).items()}
    return {name: values[0] if len(values) == 1 else values for name, values in posted.items() if name not in leave}
