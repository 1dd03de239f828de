"""Reads the answers of one tab, which are texts or lists of texts as a browser or a tool sent them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.reference.text import normalised_text

OUI, NON = "oui", "non"
WORDS = "-texte"  # suffix of a search field's name: the words typed there while nothing is chosen
MAX_ANSWERS_BYTES = 256 * 1024  # bytes of a draft's answers; the longest real ones hold a few thousand


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
        return tuple(text for item in items if isinstance(item, str) and (text := normalised_text(item)))

    def is_ticked(self, name: str) -> bool:
        return self.raw(name) == OUI

    def is_answered(self, name: str) -> bool:
        return bool(self.list(name))

    def __bool__(self) -> bool:
        return bool(self.values)
