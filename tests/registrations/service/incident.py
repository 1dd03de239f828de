"""An incident of the last morning of registrations, and what is sent of the moves that were proposed for it."""

from collections.abc import Iterable, Mapping
from typing import Any

INCIDENT: dict[str, Any] = {
    "begins": "2021-10-25T08:00:00+02:00",
    "ends": "2021-10-25T10:00:00+02:00",
    "periods": ["registration", "deposit"],
    "title": "Prolongation",
    "text": "Le portail était indisponible le 25 octobre au matin.",
    "reason": "Panne de la base de données",
}


def read(moves: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As who read these moves sends them back."""
    return [
        {
            "id": move["opening"]["id"],
            "revision": move["opening"]["revision"],
            "closes": move["after"]["closes"],
            "deposit_closes": move["after"]["deposit_closes"],
        }
        for move in moves
    ]
