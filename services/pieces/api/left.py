"""What is left to do with the pieces, candidature by candidature, as the API shows it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from services.pieces.domain.left import left
from services.pieces.domain.piece import PieceState
from services.pieces.queries.dossiers import Dossier


def left_of(dossiers: list[Dossier], at: datetime) -> list[dict[str, Any]]:
    """`dossiers`: each candidature's together."""
    by_candidature = groupby(dossiers, key=lambda dossier: dossier.candidature.id)
    return [_of_candidature(candidature_id, list(pieces), at) for candidature_id, pieces in by_candidature]


def _of_candidature(candidature_id: str, dossiers: list[Dossier], at: datetime) -> dict[str, Any]:
    states = [dossier.state for dossier in dossiers]
    periods = sorted({state.period for state in states if state.asked})
    return {
        "candidature_id": candidature_id,
        **asdict(left(_regroupements(dossiers), at)),
        "periods": [asdict(period) for period in periods],
        "resubmissions": [
            {"label": state.label, "until": state.reopened_until}
            for state in states
            if state.asked and state.reopened and not state.provided
        ],
    }


def _regroupements(dossiers: list[Dossier]) -> list[list[PieceState]]:
    groups: dict[str, list[PieceState]] = {}
    for dossier in dossiers:
        groups.setdefault(dossier.piece.group_code, []).append(dossier.state)
    return list(groups.values())
