"""Cursors of lists: a place, as text that a reader sends back to go on after it."""

import base64
import binascii
import json
from collections.abc import Sequence


def encode_cursor(place: Sequence[str | int | None]) -> str:
    """Return the cursor of the place at which a list goes on."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> list[object]:
    """Return the parts of the place that a cursor names, of whatever type and number. Raises
    ValueError for what `encode_cursor` did not write."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise ValueError("not a cursor") from error
    if not isinstance(place, list):
        raise ValueError("not a place")
    return place
