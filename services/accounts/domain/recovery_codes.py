"""Recovery codes of the second factor: how many there are, how they are written and read."""

from __future__ import annotations

COUNT = 10
"""Codes of a set."""
LENGTH = 16
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which are mistaken for each other on paper. A sign is five random bits: at this length a
fast hash is enough for what is stored."""
_GROUP = 4


def displayed(code: str) -> str:
    """« ABCD-EFGH-JKLM-NPQR »"""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read(typed: str) -> str | None:
    """The code as it was made, whatever case, blanks and hyphens were typed; None for what cannot be a code."""
    code = "".join(typed.upper().split()).replace("-", "")
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
