"""What a candidate still has to do with the pieces of a candidature, until when, and which
reminders of it are due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.piece_rules import PiecesState, Status
from services.contracts.reminder_rules import current_rung, rung_instant
from services.pieces.domain.group_validation import validation_refusal
from services.pieces.domain.period import Period
from services.pieces.domain.piece import PieceState


@dataclass(frozen=True)
class ToDo:
    """What is left to do with the pieces of a candidature.

    `missing`, `refused` and `late` count pieces, `to_validate` regroupements. `until`: the nearest
    exclusive deadline of what can be done now; `opens`: when the next deposit period begins;
    `again`: the pieces that are to be deposited again.
    """

    missing: int
    refused: int
    to_validate: int
    late: int
    until: datetime | None
    opens: datetime | None
    periods: tuple[Period, ...]
    again: tuple[PieceState, ...]


def left_to_do(groups: Sequence[Sequence[PieceState]], at: datetime) -> ToDo:
    """Return what is left to do at `at` with the pieces of a candidature.

    `groups`: the pieces of each regroupement, which one « J'ai fourni toutes mes pièces » covers.
    """
    asked = [piece for group in groups for piece in group if piece.asked]
    missing = [piece for piece in asked if piece.is_open(at) and _is_missing(piece)]
    refused = [piece for piece in asked if piece.is_open(at) and _is_refused(piece)]
    to_validate = [group for group in groups if validation_refusal(group, at) is None]
    unvalidated = [piece for group in to_validate for piece in group if piece.is_open(at)]
    unsettled = [piece for piece in asked if not piece.settled]
    late = [piece for piece in unsettled if piece.deadline <= at and _must_be_provided(piece)]
    openings = [piece.period.opens for piece in unsettled if piece.required]
    return ToDo(
        missing=len(missing),
        refused=len(refused),
        to_validate=len(to_validate),
        late=len(late),
        until=min((piece.deadline for piece in (*missing, *refused, *unvalidated)), default=None),
        opens=min((opens for opens in openings if at < opens), default=None),
        periods=tuple(sorted({piece.period for piece in asked})),
        again=tuple(piece for piece in asked if piece.reopened and not piece.provided),
    )


def pieces_state(pieces: Collection[PieceState]) -> PiecesState | None:
    """What the pieces of a candidature are at, whatever the day; None where none is asked for."""
    asked = [piece for piece in pieces if piece.asked]
    left = [piece for piece in asked if not piece.settled]
    if any(_must_be_provided(piece) or _is_missing(piece) for piece in left):
        return PiecesState.MISSING
    if any(piece.provided for piece in left):
        return PiecesState.TO_VALIDATE
    return PiecesState.COMPLETE if asked else None


def is_unfinished(piece: PieceState, at: datetime) -> bool:
    """Whether something is left to do with the piece and can be at `at`: to deposit it, for it is
    missing or « Non Conforme », or to validate what is deposited."""
    return piece.is_open(at) and (piece.provided or _is_missing(piece) or _is_refused(piece))


def _is_missing(piece: PieceState) -> bool:
    """Required, or given once for an earlier version, and not refused."""
    is_to_give = piece.required and not piece.reopened and piece.status is not Status.NON_COMPLIANT
    return not piece.provided and (is_to_give or piece.asked_again_for is not None)


def _is_refused(piece: PieceState) -> bool:
    return piece.reopened and piece.asked_again_for is None and not piece.provided


def _must_be_provided(piece: PieceState) -> bool:
    """Required or refused, and not provided (again)."""
    return (piece.required or piece.status is Status.NON_COMPLIANT) and not piece.provided


def due_rung(
    deadline: datetime, since: datetime, ladder: Collection[int], at: datetime
) -> int | None:
    """The days of the rung reached at `at`, whether or not its mail was sent, for pieces that share
    an exclusive deadline. `since`: when the last of them came to be missing, by the version that
    asks for it or by its refusal.

    What came to be missing after a rung is not reminded of by it: nobody gets a mail about what was
    asked of them a moment ago.
    """
    days = current_rung(deadline, ladder, at)
    return days if days is not None and since < rung_instant(deadline, days) else None
