"""Describes an error for logs without personal data: its type and where it was raised, never its message."""

from __future__ import annotations

import traceback

from services.chassis.errors import DomainError

_FRAMES = 8
LONGEST = 250  # characters of a reason, and of a library's message


def reason_of(error: BaseException) -> str:
    """« IntegrityError at handlers.py:42 »; without the message, since those of databases and parsers quote values."""
    kind = type(error).__name__
    if isinstance(error, DomainError):
        kind = f"{kind} {error.slug}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/services/" in frame.filename] or list(frames)
    where = f" at {own[-1].filename.rsplit('/', 1)[-1]}:{own[-1].lineno}" if own else ""
    return f"{kind}{where}"[:LONGEST]


def frames_of(error: BaseException) -> str:
    """The last source lines of the traceback, which contain code and no values."""
    return "".join(traceback.format_tb(error.__traceback__)[-_FRAMES:])
