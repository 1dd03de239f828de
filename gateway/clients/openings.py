"""What registrations tells everybody: messages, and where one is in choosing an opening."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.forms import Option


@dataclass(frozen=True)
class Message:
    title: str
    text: str
    severity: str


@dataclass(frozen=True)
class Step:
    name: str
    label: str
    value: str
    value_label: str


@dataclass(frozen=True)
class Next:
    name: str
    question: str
    choices: tuple[Option, ...]


@dataclass(frozen=True)
class Information:
    opening_id: str
    state: str
    sentence: str
    opens: str
    closes: str
    residence_notice: str | None


@dataclass(frozen=True)
class Choices:
    """Where one is in choosing domaine, exam, session and académie."""

    steps: tuple[Step, ...]
    next: Next | None
    information: Information | None
    empty_message: str | None
