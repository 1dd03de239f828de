"""Reads a submitted form field by field and collects every mistake, so that all are reported at
once."""

from collections.abc import Mapping

from services.chassis.errors import FieldError, Invalid
from services.reference.text import normalised_text, refusal_of_unprintable


class FormReader:
    """Submitted values and the mistakes found so far. Values of a wrong type (numbers, objects) are
    read as empty."""

    def __init__(
        self, values: Mapping[str, object], stored: Mapping[str, str] | None = None
    ) -> None:
        """`stored`: values that the form showed when it was opened; they stay accepted even where a
        later rule refuses them."""
        self._values = values
        self._stored = stored or {}
        self._errors: dict[str, str] = {}

    def raw(self, name: str) -> str:
        """Return exactly what was typed, for passwords."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def text(self, name: str) -> str:
        """Return what was typed, in Unicode NFC, with single spaces and without invisible
        characters."""
        return normalised_text(self.raw(name))

    def is_ticked(self, name: str) -> bool:
        """Tell whether a box is ticked: it then sends a value, alone or in a list; « non » and
        nothing are unticked."""
        value = self._values.get(name)
        value = value[0] if isinstance(value, list) and value else value
        return value is True or (isinstance(value, str) and value not in ("", "non"))

    def add_mistake(self, name: str, detail: str) -> None:
        """Note a mistake of a field, unless it has one already."""
        self._errors.setdefault(name, detail)

    def check_printable(self, name: str, text: str) -> None:
        """Add a mistake where documents cannot print `text`, unless it was stored so before."""
        detail = refusal_of_unprintable(text)
        if detail is not None and text != self._stored.get(name):
            self.add_mistake(name, detail)

    def has_mistake(self, name: str) -> bool:
        return name in self._errors

    def required_text(self, name: str, what: str) -> str:
        """Return the text of a required field; where it is empty the mistake is « Saisissez {what}.
        »."""
        text = self.text(name)
        if not text:
            self.add_mistake(name, f"Saisissez {what}.")
        return text

    @property
    def has_mistakes(self) -> bool:
        return bool(self._errors)

    def refuse_mistakes(self) -> None:
        """Raise Invalid with every mistake, in the order in which they were found; do nothing where
        there is none."""
        if self.has_mistakes:
            raise self.error()

    def error(self) -> Invalid:
        return Invalid(
            "Corrigez les champs signalés.",
            errors=tuple(FieldError(f"#/{name}", detail) for name, detail in self._errors.items()),
        )
