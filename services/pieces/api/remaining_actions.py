"""The JSON of what candidates still have to do with their pieces, by candidature."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.pieces.domain.piece import PieceState
from services.pieces.domain.remaining_actions import remaining_actions
from services.pieces.models import Candidature
from services.pieces.queries.pieces import PieceContext


def represent_remaining_actions(
    candidatures: list[Candidature], contexts: list[PieceContext], at: datetime
) -> list[dict[str, Any]]:
    """One item for each candidature, also where no piece is asked for; `contexts`: the pieces of all of them."""
    contexts_by_candidature: dict[str, list[PieceContext]] = {candidature.id: [] for candidature in candidatures}
    for context in contexts:
        contexts_by_candidature[context.candidature.id].append(context)
    return [
        _represent_candidature(candidature, contexts_by_candidature[candidature.id], at) for candidature in candidatures
    ]


def _represent_candidature(candidature: Candidature, contexts: list[PieceContext], at: datetime) -> dict[str, Any]:
    states = [context.state for context in contexts]
    periods = sorted({state.period for state in states if state.asked})
    return {
        "candidature_id": candidature.id,
        "version": candidature.version,
        **asdict(remaining_actions(_states_by_group(contexts), at)),
        "periods": [asdict(period) for period in periods],
        "resubmissions": [
            {"label": state.label, "until": state.reopened_until}
            for state in states
            if state.asked and state.reopened and not state.provided
        ],
    }


def _states_by_group(contexts: list[PieceContext]) -> list[list[PieceState]]:
    groups: dict[str, list[PieceState]] = {}
    for context in contexts:
        groups.setdefault(context.piece.group_code, []).append(context.state)
    return list(groups.values())
