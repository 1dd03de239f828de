"""Cursors of the feed of changes: each names its place again, and nothing else passes for one."""

from __future__ import annotations

import base64
import json
from datetime import datetime

from services.pieces.domain.changes import BEGINNING, Place, place_of
from tests.pieces.example_events import DURING

LAST = 2**62 - 1


def _cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def test_a_cursor_names_the_place_that_gave_it() -> None:
    for place in (BEGINNING, Place(1, DURING), Place(LAST, DURING)):
        assert place_of(place.cursor) == place


def test_what_is_no_cursor_names_no_place() -> None:
    instant, naive = DURING.isoformat(), datetime(2021, 10, 5).isoformat()
    impossible = [(), (1, None), (-1, None), (-1, instant), (True, instant), (0, instant), (LAST + 1, instant)]
    cursors = [_cursor(*parts) for parts in (*impossible, (1, naive), (1, 5), ("1", instant))]
    for cursor in (*cursors, "x", "é", "\0", "W" * 5000, "W" * 100_000):
        assert place_of(cursor) is None, cursor[:40]
