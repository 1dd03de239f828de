"""Texts as people type them and databases take them, for schemas of what comes in."""

from __future__ import annotations

import unicodedata
from typing import Any

from marshmallow import ValidationError, fields, validate

TOO_LONG = "{max} caractères au plus sont admis."


class Text(fields.String):
    """A text of limited length that databases accept: no control characters, no lone surrogates."""

    def __init__(self, longest: int = 200, **options: Any) -> None:
        super().__init__(validate=(validate.Length(max=longest, error=TOO_LONG), _storable), **options)


def _storable(text: str) -> None:
    if text.isprintable():
        return
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text if character not in "\r\n\t"):
        raise ValidationError("Ce texte contient des caractères qui ne sont pas admis.")
