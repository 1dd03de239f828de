"""Public data of registrations: messages, and the choice of an opening step by step (domaine … académie)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.form_values import Option


@dataclass(frozen=True)
class Message:
    title: str
    text: str
    severity: str


@dataclass(frozen=True)
class ChosenStep:
    name: str
    label: str
    value: str
    value_label: str


@dataclass(frozen=True)
class NextStep:
    name: str
    question: str
    choices: tuple[Option, ...]


@dataclass(frozen=True)
class OpeningInformation:
    """`opens` and `closes` are ISO 8601; `closes` is an exclusive end."""

    opening_id: str
    state: str
    sentence: str
    opens: str
    closes: str
    residence_notice: str | None


@dataclass(frozen=True)
class Choices:
    """The steps chosen so far (domaine, exam, session, académie), the `next` one, and the opening that they lead to."""

    steps: tuple[ChosenStep, ...]
    next: NextStep | None
    information: OpeningInformation | None
    empty_message: str | None
