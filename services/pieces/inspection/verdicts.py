"""What the confined process answers, and how it is read: by somebody who does not believe it either."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from services.pieces.domain.formats import Format
from services.pieces.domain.refusals import FileRefused, FormatRefused, Unverifiable, Unverified

MOST_BYTES = 4096  # of a verdict; a detail is a sentence or two
_REASONS = frozenset(
    {"bomb", "damaged", "empty", "macros", "mismatch", "nested", "protected", "too_many_entries", "too_many_pixels",
     "unsafe_names"}
)  # fmt: skip


def verdict_of(inspect: Callable[[], Format]) -> bytes:
    """Run the checks; what came of them, whatever it was."""
    try:
        verdict: dict[str, Any] = {"format": inspect()}
    except FormatRefused as refusal:
        verdict = {"other_format": refusal.detail}
    except FileRefused as refusal:
        verdict = {"refused": refusal.reason, "detail": refusal.detail}
    except MemoryError:
        verdict = {"unverified": Unverified.MEMORY}
    except Exception:  # a reader that fails in a way that nobody thought of: its message may quote the file
        verdict = {"unverified": Unverified.ERROR}
    return json.dumps(verdict).encode()


def read_verdict(answer: bytes) -> Format:
    """The format of an accepted file. Raises FileRefused or FormatRefused as the process did, else Unverifiable."""
    try:
        verdict = json.loads(answer)
        if "format" in verdict:
            return Format(verdict["format"])
        refusal = _refusal(verdict)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Unverifiable(Unverified.ERROR) from error
    raise refusal


def _refusal(verdict: dict[str, Any]) -> FileRefused | FormatRefused | Unverifiable:
    if "unverified" in verdict:
        return Unverifiable(Unverified(verdict["unverified"]))
    if "other_format" in verdict:
        return FormatRefused(str(verdict["other_format"]))
    if verdict["refused"] not in _REASONS:
        raise ValueError("a reason that no check gives")
    return FileRefused(verdict["refused"], str(verdict["detail"]))
