"""How long the page being made may still wait for services: one time, shared by all the calls that it needs.

What it can do without (who looks at a public page, a contact, a message) has a part of that time, so that a page which
needs nothing else is never slow for it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, has_request_context

OPTIONAL_SHARE = 0.4


def seconds_left(page_seconds: float) -> float:
    """Of `page_seconds`, which begin with the page's first call; all of them where no page is being made."""
    if not has_request_context():
        return page_seconds
    now = time.monotonic()
    left = float(g.setdefault("page_until", now + page_seconds)) - now
    if not g.get("calls_are_optional"):
        return left
    spent = g.get("optional_seconds", 0.0) + now - g.optional_since
    return min(left, OPTIONAL_SHARE * page_seconds - spent)


@contextmanager
def optional() -> Iterator[None]:
    """The calls made within are for what the page can do without."""
    if not has_request_context() or g.get("calls_are_optional"):
        yield
        return
    g.calls_are_optional, g.optional_since = True, time.monotonic()
    try:
        yield
    finally:
        g.optional_seconds = g.get("optional_seconds", 0.0) + time.monotonic() - g.optional_since
        g.calls_are_optional = False


def begin_anew() -> None:
    """After a write, however long it took: what is shown then has all its time."""
    for name in ("page_until", "optional_seconds"):
        g.pop(name, None)
