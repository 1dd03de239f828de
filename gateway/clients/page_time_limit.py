"""The time limit of the current page: how long all of its calls of services may take together.

Optional calls (the visitor of a public page, a contact, a message) share a part of that time, so that they never make
a page slow that needs nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, has_request_context

OPTIONAL_SHARE = 0.4


def seconds_left(page_seconds: float) -> float:
    """The rest of `page_seconds`, counted from the page's first call; outside of a request `page_seconds`."""
    if not has_request_context():
        return page_seconds
    now = time.monotonic()
    left = float(g.setdefault("page_until", now + page_seconds)) - now
    if not g.get("calls_are_optional"):
        return left
    spent = g.get("optional_seconds", 0.0) + now - g.optional_since
    return min(left, OPTIONAL_SHARE * page_seconds - spent)


@contextmanager
def optional_calls() -> Iterator[None]:
    """Calls within the block are optional: they share OPTIONAL_SHARE of the page's time."""
    if not has_request_context() or g.get("calls_are_optional"):
        yield
        return
    g.calls_are_optional, g.optional_since = True, time.monotonic()
    try:
        yield
    finally:
        g.optional_seconds = g.get("optional_seconds", 0.0) + time.monotonic() - g.optional_since
        g.calls_are_optional = False


def restart() -> None:
    """To be called after a write, however long it took: the page shown next has the whole time again."""
    for name in ("page_until", "optional_seconds"):
        g.pop(name, None)
