"""What was typed into a form, read field by field, with every mistake kept to be told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.errors import FieldError, Invalid
from services.reference import printable
from services.reference.names import normalised


class Reading:
    """Values as typed and the mistakes found so far. Hostile values (numbers, objects) read as nothing typed."""

    def __init__(self, values: Mapping[str, Any], stored: Mapping[str, str] | None = None) -> None:
        """`stored`: what the form held when it was opened, which stays accepted whatever rule came later."""
        self._values = values
        self._stored = stored or {}
        self._errors: dict[str, str] = {}

    def raw(self, name: str) -> str:
        """Exactly what was typed, for passwords."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def text(self, name: str) -> str:
        """What was typed in one encoding, with single spaces and without invisible characters."""
        return normalised(self.raw(name))

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked: it then sends a value, alone or in a list; « non » and nothing are unticked."""
        value = self._values.get(name)
        value = value[0] if isinstance(value, list) and value else value
        return value is True or (isinstance(value, str) and value not in ("", "non"))

    def refuse(self, name: str, detail: str) -> None:
        """Keep the first mistake of a field."""
        self._errors.setdefault(name, detail)

    def check_printable(self, name: str, text: str) -> None:
        """Refuse what documents cannot print, unless it was stored so before."""
        detail = printable.refusal(text)
        if detail is not None and text != self._stored.get(name):
            self.refuse(name, detail)

    def refused(self, name: str) -> bool:
        return name in self._errors

    def required(self, name: str, what: str) -> str:
        """The text of a required field; says « Saisissez {what}. » where it is empty."""
        text = self.text(name)
        if not text:
            self.refuse(name, f"Saisissez {what}.")
        return text

    @property
    def has_mistakes(self) -> bool:
        return bool(self._errors)

    def mistakes(self) -> Invalid:
        """Every mistake as one error to raise, in the order in which they were found."""
        return Invalid(
            "Corrigez les champs signalés.",
            errors=tuple(FieldError(f"#/{name}", detail) for name, detail in self._errors.items()),
        )
