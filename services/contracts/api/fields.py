"""Fields of what comes in, beside marshmallow's own. Instants at both ends of what Python can count
have no time in Paris, or none in UTC: once stored, one would stop every page and job that shows it.
So their years are limited."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, missing, validate

from services.clock import PARIS, YEARS, end_of_day

Value = TypeVar("Value")
REFUSAL = f"Une date des années {YEARS[0]} à {YEARS[-1]} est attendue."

TOO_LONG = "{max} caractères au plus sont admis."


class ReadField(fields.Field[Value]):
    """A field whose value is what `read` makes of what came in."""

    def read(self, value: object) -> Value:
        """Return the value. Raises ValidationError for what is none."""
        raise NotImplementedError

    def _deserialize(self, value: object, attr: str | None, data: object, **_: object) -> Value:
        return self.read(value)


class CleanedText(fields.String):
    """A text that is put right before its length is looked at."""

    def cleaned(self, text: str) -> str | None:
        """Return the text as it is kept; None where nothing is left of it."""
        raise NotImplementedError

    def _deserialize(
        self, value: object, attr: str | None, data: Mapping[str, object] | None, **_: object
    ) -> Any:
        return self.cleaned(super()._deserialize(value, attr, data))


class InstantField(fields.AwareDateTime):
    """An instant with its offset, of a year of clock.YEARS."""

    def _validate(self, value: datetime) -> None:
        _checked(value)
        super()._validate(value)


class FirstDayOrInstantField(ReadField[datetime]):
    """A day in Paris (« 2021-11-15 »), read as its beginning, or an instant with its offset."""

    def read(self, value: object) -> datetime:
        try:
            instant = self._instant_in(value)
        except (ValueError, OverflowError) as error:
            raise ValidationError(
                "Une date AAAA-MM-JJ ou un instant ISO 8601 est attendu."
            ) from error
        if instant.tzinfo is None:
            raise ValidationError("Le décalage horaire de l'instant est requis.")
        return _checked(instant)

    def _instant_in(self, value: object) -> datetime:
        if not isinstance(value, str):
            raise ValueError("not a text")
        if len(value) == len("2021-11-15"):
            return self._instant_of(date.fromisoformat(value))
        return datetime.fromisoformat(value)

    def _instant_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=PARIS)


class LastDayOrInstantField(FirstDayOrInstantField):
    """A last day in Paris, included and read as its end, or an exclusive instant with its
    offset."""

    def _instant_of(self, day: date) -> datetime:
        return end_of_day(day)


def _checked(instant: datetime) -> datetime:
    """Return the instant. Raises ValidationError for a year outside clock.YEARS."""
    if instant.year not in YEARS:
        raise ValidationError(REFUSAL)
    return instant


class Text(fields.String):
    """A text of limited length that databases accept: no control characters, no lone surrogates."""

    def __init__(
        self,
        longest: int = 200,
        *,
        required: bool = False,
        allow_none: bool | None = None,
        load_default: Any = missing,
        data_key: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(
            validate=(validate.Length(max=longest, error=TOO_LONG), _storable),
            required=required,
            allow_none=allow_none,
            load_default=load_default,
            data_key=data_key,
            metadata=metadata,
        )


def _storable(text: str) -> None:
    if text.isprintable():
        return
    if any(
        unicodedata.category(character) in ("Cc", "Cs")
        for character in text
        if character not in "\r\n\t"
    ):
        raise ValidationError("Ce texte contient des caractères qui ne sont pas admis.")
