"""Fields of what comes in, beside marshmallow's own. Instants at both ends of what Python can count
have no time in Paris, or none in UTC: once stored, one would stop every page and job that shows it.
So their years are limited."""

import unicodedata
from datetime import date, datetime, time
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.clock import PARIS, YEARS, end_of_day

REFUSAL = f"Une date des années {YEARS[0]} à {YEARS[-1]} est attendue."

TOO_LONG = "{max} caractères au plus sont admis."


class InstantField(fields.AwareDateTime):
    """An instant with its offset, of a year of clock.YEARS."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        return _checked(super()._deserialize(value, attr, data, **kwargs))


class FirstDayOrInstantField(fields.Field[datetime]):
    """A day in Paris (« 2021-11-15 »), read as its beginning, or an instant with its offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            if isinstance(value, str) and len(value) == 10:
                instant = self._instant_of(date.fromisoformat(value))
            else:
                instant = datetime.fromisoformat(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError(
                "Une date AAAA-MM-JJ ou un instant ISO 8601 est attendu."
            ) from error
        if instant.tzinfo is None:
            raise ValidationError("Le décalage horaire de l'instant est requis.")
        return _checked(instant)

    def _instant_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=PARIS)


class LastDayOrInstantField(FirstDayOrInstantField):
    """A last day in Paris, included and read as its end, or an exclusive instant with its
    offset."""

    def _instant_of(self, day: date) -> datetime:
        return end_of_day(day)


def _checked(instant: datetime) -> datetime:
    """Raises ValidationError for a year outside clock.YEARS."""
    if instant.year not in YEARS:
        raise ValidationError(REFUSAL)
    return instant


class Text(fields.String):
    """A text of limited length that databases accept: no control characters, no lone surrogates."""

    def __init__(self, longest: int = 200, **options: Any) -> None:
        super().__init__(
            validate=(validate.Length(max=longest, error=TOO_LONG), _storable), **options
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
