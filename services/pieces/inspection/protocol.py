"""What the service asks of the confined process, and its answer, which the service does not trust either.

An answer is a line of JSON (facts, or why there are none), then the bytes of the file that was made, if one was.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.contracts.piece_rules import MAX_FILE_BYTES, Format, Sign
from services.pieces.domain.refusals import (
    FileRefused,
    FormatRefused,
    RefusalReason,
    UnverifiableFile,
    UnverifiedReason,
)

MAX_VERDICT_BYTES = 4096  # of the line of JSON; a detail is a sentence or two
MAX_ANSWER_BYTES = MAX_VERDICT_BYTES + MAX_FILE_BYTES
MAX_PAGES = 1_000_000
_MALFORMED = (ValueError, LookupError, TypeError, RecursionError)


class Task(StrEnum):
    INSPECT = "inspect"
    """The format, and the checks of that format."""
    JPEG = "jpeg"
    """Convert a HEIC to JPEG."""
    LOOK = "look"
    """Look at the legibility."""
    PAGE = "page"
    """Convert a picture to a PDF of one page."""
    MERGE = "merge"
    """Merge PDFs into one."""
    PREVIEW = "preview"
    """A small JPEG."""
    PAGE_PICTURE = "page_picture"
    """A page as a JPEG that is large enough to be read."""


@dataclass(frozen=True)
class Look:
    """What a look at the legibility of a file found: signs warn the candidate, and never refuse the file. `pages`: of a
    PDF, else None. Also without signs where no look was possible."""

    pages: int | None = None
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the confined process found (as JSON values), and the file that it made, if any."""

    facts: dict[str, Any] = field(default_factory=dict)
    content: bytes = b""


def encode_answer(run: Callable[[], Answer]) -> bytes:
    """Run the task and encode its answer, or its error, whatever that is."""
    content = b""
    try:
        answer = run()
        verdict, content = answer.facts, answer.content
    except FormatRefused as refusal:
        verdict = {"other_format": refusal.detail}
    except FileRefused as refusal:
        verdict = {"refused": refusal.reason, "detail": refusal.detail}
    except MemoryError:
        verdict = {"unverified": UnverifiedReason.MEMORY}
    except Exception:  # a reader may fail in any way; its message is left out, since it may quote the file
        verdict = {"unverified": UnverifiedReason.ERROR}
    return json.dumps(verdict).encode() + b"\n" + content


def decode_answer(answer: bytes) -> Answer:
    """Raises FileRefused or FormatRefused as the process did, UnverifiableFile for any other answer without facts."""
    line, _, content = answer.partition(b"\n")
    try:
        facts = json.loads(line[:MAX_VERDICT_BYTES])
        refusal = _refusal(facts)
    except _MALFORMED as error:
        raise UnverifiableFile(UnverifiedReason.ERROR) from error
    if refusal is not None:
        raise refusal
    return Answer(facts, content)


def decode_format(answer: bytes) -> Format:
    """The format of an accepted file. Raises what `decode_answer` does."""
    facts = decode_answer(answer).facts
    try:
        return Format(facts["format"])
    except _MALFORMED as error:
        raise UnverifiableFile(UnverifiedReason.ERROR) from error


def decode_look(answer: bytes) -> Look:
    """Raises what `decode_answer` does."""
    facts = decode_answer(answer).facts
    try:
        pages = None if facts["pages"] is None else min(int(facts["pages"]), MAX_PAGES)
        sign_values = set(facts["signs"])
    except _MALFORMED as error:
        raise UnverifiableFile(UnverifiedReason.ERROR) from error
    return Look(pages, tuple(sign for sign in Sign if sign in sign_values))


def _refusal(verdict: Any) -> FileRefused | FormatRefused | UnverifiableFile | None:
    if not isinstance(verdict, dict):
        raise TypeError("not a verdict")
    if "unverified" in verdict:
        return UnverifiableFile(UnverifiedReason(verdict["unverified"]))
    if "other_format" in verdict:
        return FormatRefused(str(verdict["other_format"]))
    if "refused" not in verdict:
        return None
    return FileRefused(RefusalReason(verdict["refused"]), str(verdict["detail"]))
