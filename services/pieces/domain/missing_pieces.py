"""What a candidate still has to do with the pieces of a candidature, until when, and which reminders of it are due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.piece_rules import Status
from services.contracts.reminder_rules import current_rung, rung_instant
from services.pieces.domain.piece import PieceState, validation_refusal


@dataclass(frozen=True)
class RemainingActions:
    """How many pieces are `missing` or `refused` (« Non Conforme », to be deposited again), how many regroupements are
    complete and `to_validate`, how many pieces are `late`: not provided, and past their deadline.

    `until`: the nearest deadline, exclusive; None without one. `opens`: when the first required pieces can be
    deposited, None unless that is yet to come.
    """

    missing: int
    refused: int
    to_validate: int
    late: int
    until: datetime | None
    opens: datetime | None


def remaining_actions(groups: Sequence[Sequence[PieceState]], at: datetime) -> RemainingActions:
    """At `at`. `groups`: the pieces of each regroupement, which one « J'ai fourni toutes mes pièces » covers."""
    pieces = [piece for group in groups for piece in group if piece.asked and not piece.settled]
    missing = [piece for piece in pieces if piece.in_time(at) and _is_missing(piece)]
    refused = [piece for piece in pieces if piece.in_time(at) and piece.reopened and not piece.provided]
    to_validate = [group for group in groups if validation_refusal(group, at) is None]
    unvalidated = [piece for group in to_validate for piece in group if piece.asked and not piece.settled]
    deadlines = [deadline(piece) for piece in (*missing, *refused, *unvalidated) if piece.in_time(at)]
    late = [piece for piece in pieces if deadline(piece) <= at and _must_be_provided(piece)]
    openings = [piece.period.opens for piece in pieces if piece.required and at < piece.period.opens]
    until, opens = min(deadlines, default=None), min(openings, default=None)
    return RemainingActions(len(missing), len(refused), len(to_validate), len(late), until, opens)


def is_to_deposit(piece: PieceState, at: datetime) -> bool:
    """Whether a file has to be deposited for the piece and can be at `at`: it is missing, or « Non Conforme »."""
    if not piece.asked or piece.settled or not piece.in_time(at):
        return False
    return _is_missing(piece) or (piece.reopened and not piece.provided)


def deadline(piece: PieceState) -> datetime:
    """The exclusive end of depositing the piece: its own after a refusal, else its period's."""
    return piece.reopened_until or piece.period.closes


def _is_missing(piece: PieceState) -> bool:
    return piece.required and not piece.reopened and not piece.provided and piece.status is not Status.NON_COMPLIANT


def _must_be_provided(piece: PieceState) -> bool:
    """Required or refused, and not provided (again)."""
    return (piece.required or piece.status is Status.NON_COMPLIANT) and not piece.provided


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
