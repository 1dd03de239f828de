"""What is left to do with the pieces, candidature by candidature, as the API shows it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.pieces.domain.left import left
from services.pieces.domain.piece import PieceState
from services.pieces.models import Candidature
from services.pieces.queries.dossiers import Dossier


def left_of(copies: list[Candidature], dossiers: list[Dossier], at: datetime) -> list[dict[str, Any]]:
    """`dossiers`: the pieces of all of them. A candidature of which no piece is asked for is there too."""
    pieces: dict[str, list[Dossier]] = {copy.id: [] for copy in copies}
    for dossier in dossiers:
        pieces[dossier.candidature.id].append(dossier)
    return [_of_candidature(copy, pieces[copy.id], at) for copy in copies]


def _of_candidature(copy: Candidature, dossiers: list[Dossier], at: datetime) -> dict[str, Any]:
    states = [dossier.state for dossier in dossiers]
    periods = sorted({state.period for state in states if state.asked})
    return {
        "candidature_id": copy.id,
        "version": copy.version,
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
