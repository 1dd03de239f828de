"""Pieces in the states that the rules tell apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.pieces.domain.periods import Period
from services.pieces.domain.piece import CurrentDeposit, PieceState
from services.pieces.domain.statuses import Scan
from tests.pieces.example_events import CLOSES, OPENS

EMPTY = PieceState(
    label="NATIDE06 : Document justifiant l'identité",
    asked=True,
    required=True,
    period=Period(OPENS, CLOSES),
    deposit=None,
    status=None,
    validated_at=None,
    reopened_until=None,
)
FILE = CurrentDeposit("1", Scan.CLEAN, controlled=False)


def a_piece(**changes: Any) -> PieceState:
    """A required piece with a file, unless told otherwise."""
    return replace(EMPTY, **{"deposit": FILE, **changes})
