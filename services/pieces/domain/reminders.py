"""Which rungs of the ladder are due for the pieces that a candidature lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from services.contracts.reminder_rules import current_rung, rung_instant


@dataclass(frozen=True)
class MissingPart:
    """Pieces of a regroupement that are missing and share a deadline (exclusive). `since`: when the last of them came
    to be missing, by the saved version that asks for it or by its refusal."""

    group_code: str
    deadline: datetime
    since: datetime


@dataclass(frozen=True)
class Rung:
    """`days` before `deadline`, for a regroupement of a candidature."""

    group_code: str
    deadline: datetime
    days: int


def due_rungs(parts: Iterable[MissingPart], ladder: Collection[int], at: datetime) -> frozenset[Rung]:
    """The rungs reached at `at`, whether or not their mail was sent. What came to be missing after a rung is not
    reminded of by it: nobody gets a mail about what was asked of them a moment ago."""
    rungs = set()
    for part in parts:
        days = current_rung(part.deadline, ladder, at)
        if days is not None and part.since < rung_instant(part.deadline, days):
            rungs.add(Rung(part.group_code, part.deadline, days))
    return frozenset(rungs)
