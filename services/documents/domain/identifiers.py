"""The form of an id. Text of another form names nothing, and is never sent to the database or to another service."""

from __future__ import annotations

import re

PATTERN = r"[0-9a-f]{32}"
_ID = re.compile(PATTERN)


def is_id(text: str) -> bool:
    """Whether it is 32 lower-case hexadecimal digits, as `new_id` makes them."""
    return _ID.fullmatch(text) is not None
