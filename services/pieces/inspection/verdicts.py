"""What the confined process is asked and answers, and how that is read: by somebody who does not believe it either.

An answer is a line of JSON, then the bytes of the file that was made, if one was.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.pieces.domain.formats import Format
from services.pieces.domain.legibility import Look, Sign
from services.pieces.domain.refusals import LIMIT, FileRefused, FormatRefused, Unverifiable, Unverified

MOST_BYTES = 4096  # of a verdict; a detail is a sentence or two
MOST_ANSWERED = MOST_BYTES + LIMIT
MOST_PAGES = 1_000_000
_REASONS = frozenset(
    {"bomb", "damaged", "empty", "macros", "mismatch", "nested", "protected", "too_many_entries", "too_many_pixels",
     "unsafe_names"}
)  # fmt: skip
_NOT_READ = (ValueError, LookupError, TypeError, RecursionError)


class Task(StrEnum):
    INSPECT = "inspect"
    JPEG = "jpeg"
    """A HEIC made JPEG."""
    LOOK = "look"
    PAGE = "page"
    """A picture made a PDF of one page."""
    JOIN = "join"
    """Documents made one."""
    PREVIEW = "preview"


@dataclass(frozen=True)
class Made:
    """Facts that JSON can hold, and a file."""

    facts: dict[str, Any] = field(default_factory=dict)
    content: bytes = b""


def verdict_of(run: Callable[[], Made]) -> bytes:
    """Do what is asked; what came of it, whatever it was."""
    content = b""
    try:
        made = run()
        verdict, content = made.facts, made.content
    except FormatRefused as refusal:
        verdict = {"other_format": refusal.detail}
    except FileRefused as refusal:
        verdict = {"refused": refusal.reason, "detail": refusal.detail}
    except MemoryError:
        verdict = {"unverified": Unverified.MEMORY}
    except Exception:  # a reader that fails in a way that nobody thought of: its message may quote the file
        verdict = {"unverified": Unverified.ERROR}
    return json.dumps(verdict).encode() + b"\n" + content


def read_answer(answer: bytes) -> Made:
    """What was made. Raises FileRefused or FormatRefused as the process did, else Unverifiable."""
    line, _, content = answer.partition(b"\n")
    try:
        facts = json.loads(line[:MOST_BYTES])
        refusal = _refusal(facts)
    except _NOT_READ as error:
        raise Unverifiable(Unverified.ERROR) from error
    if refusal is not None:
        raise refusal
    return Made(facts, content)


def read_verdict(answer: bytes) -> Format:
    """The format of an accepted file. Raises what `read_answer` does."""
    facts = read_answer(answer).facts
    try:
        return Format(facts["format"])
    except _NOT_READ as error:
        raise Unverifiable(Unverified.ERROR) from error


def read_look(answer: bytes) -> Look:
    """What was seen. Raises what `read_answer` does."""
    facts = read_answer(answer).facts
    try:
        pages = None if facts["pages"] is None else min(int(facts["pages"]), MOST_PAGES)
        named = set(facts["signs"])
    except _NOT_READ as error:
        raise Unverifiable(Unverified.ERROR) from error
    return Look(pages, tuple(sign for sign in Sign if sign in named))


def _refusal(verdict: Any) -> FileRefused | FormatRefused | Unverifiable | None:
    if not isinstance(verdict, dict):
        raise TypeError("not a verdict")
    if "unverified" in verdict:
        return Unverifiable(Unverified(verdict["unverified"]))
    if "other_format" in verdict:
        return FormatRefused(str(verdict["other_format"]))
    if "refused" not in verdict:
        return None
    if verdict["refused"] not in _REASONS:
        raise ValueError("a reason that no check gives")
    return FileRefused(verdict["refused"], str(verdict["detail"]))
