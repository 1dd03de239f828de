"""What a candidate has still to do with the pieces of a candidature, at an instant, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.pieces.domain.piece import PieceState
from services.pieces.domain.statuses import Status
from services.pieces.domain.validation import validation_refusal


@dataclass(frozen=True)
class Left:
    """How many pieces are `missing` or `refused` (« Non Conforme », to be deposited again), how many regroupements are
    `to_validate`, how many pieces have not been provided although their time is over (`late`).

    `until`: the exclusive end of the nearest of their deadlines. `opens`: when pieces that are asked for can be
    deposited, where that is yet to come. None where there is nothing of the kind.
    """

    missing: int
    refused: int
    to_validate: int
    late: int
    until: datetime | None
    opens: datetime | None


def left(regroupements: Sequence[Sequence[PieceState]], at: datetime) -> Left:
    """`regroupements`: the pieces that one « J'ai fourni toutes mes pièces » covers together."""
    pieces = [piece for group in regroupements for piece in group if piece.asked and not piece.settled]
    missing = [piece for piece in pieces if piece.in_time(at) and _is_missing(piece)]
    refused = [piece for piece in pieces if piece.in_time(at) and piece.reopened and not piece.provided]
    to_validate = [group for group in regroupements if validation_refusal(group, at) is None]
    waiting = [piece for group in to_validate for piece in group if piece.asked and not piece.settled]
    ends = [deadline(piece) for piece in (*missing, *refused, *waiting) if piece.in_time(at)]
    late = [piece for piece in pieces if deadline(piece) <= at and _is_due(piece)]
    beginnings = [piece.period.opens for piece in pieces if piece.required and at < piece.period.opens]
    return Left(len(missing), len(refused), len(to_validate), len(late), _first(ends), _first(beginnings))


def deadline(piece: PieceState) -> datetime:
    """The exclusive end until which the piece can be deposited: its own after a refusal, else its period's."""
    return piece.reopened_until or piece.period.closes


def _is_missing(piece: PieceState) -> bool:
    return piece.required and not piece.reopened and not piece.provided and piece.status is not Status.NON_COMPLIANT


def _is_due(piece: PieceState) -> bool:
    """It has to be provided, or to be replaced, and is not."""
    return (piece.required or piece.status is Status.NON_COMPLIANT) and not piece.provided


def _first(instants: Iterable[datetime]) -> datetime | None:
    return min(instants, default=None)
