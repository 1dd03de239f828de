"""Fields of what comes in, beside marshmallow's own: instants, and texts as people type them and databases take them.

Instants at both ends of what Python can count have no time in Paris, or none in UTC: once stored, one would stop every
page and job that shows it. So their years are limited.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.chassis.clock import YEARS, end_of_day

REFUSAL = f"Une date des années {YEARS[0]} à {YEARS[-1]} est attendue."

TOO_LONG = "{max} caractères au plus sont admis."


class InstantField(fields.AwareDateTime):
    """An instant with its offset, of a year of clock.YEARS."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        return _checked(super()._deserialize(value, attr, data, **kwargs))


class LastDayOrInstantField(fields.Field[datetime]):
    """A last day in Paris (« 2021-11-15 », included) or an exclusive instant with its offset; read as the latter."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            if isinstance(value, str) and len(value) == 10:
                instant = end_of_day(date.fromisoformat(value))
            else:
                instant = datetime.fromisoformat(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError("Une date AAAA-MM-JJ ou un instant ISO 8601 est attendu.") from error
        if instant.tzinfo is None:
            raise ValidationError("Le décalage horaire de l'instant est requis.")
        return _checked(instant)


def _checked(instant: datetime) -> datetime:
    """Raises ValidationError for a year outside clock.YEARS."""
    if instant.year not in YEARS:
        raise ValidationError(REFUSAL)
    return instant


class Text(fields.String):
    """A text of limited length that databases accept: no control characters, no lone surrogates."""

    def __init__(self, longest: int = 200, **options: Any) -> None:
        super().__init__(validate=(validate.Length(max=longest, error=TOO_LONG), _storable), **options)


def _storable(text: str) -> None:
    if text.isprintable():
        return
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text if character not in "\r\n\t"):
        raise ValidationError("Ce texte contient des caractères qui ne sont pas admis.")
