"""What an id looks like: what does not is unknown, and is asked of no database and of no other service."""

from __future__ import annotations

import re

PATTERN = r"[0-9a-f]{32}"
_ID = re.compile(PATTERN)


def is_id(text: str) -> bool:
    """32 hexadecimal digits, as `new_id` makes them."""
    return _ID.fullmatch(text) is not None
