"""The state of a saved candidature: one word, and until when."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.pieces import Left
from gateway.clients.registrations import Tile
from gateway.filters import fin, instant


@dataclass(frozen=True)
class State:
    word: str
    severity: str
    sentence: str


def state_of(tile: Tile, left: Left | None) -> State:
    """`left`: None where what is left to do with its pieces is not known."""
    if left is not None and left.until:
        return State("Incomplète", "warning", f"Pièces à fournir jusqu'au {fin(left.until)} (heure de Paris).")
    if left is not None and left.opens:
        opens = f"Vos pièces pourront être déposées à partir du {instant(left.opens)} (heure de Paris)."
        return State("Enregistrée", "info", f"{_modifiable(tile)} {opens}")
    if left is not None:
        return State("Complète", "success", f"{_modifiable(tile)} Aucune pièce n'est attendue de vous pour le moment.")
    return State("Enregistrée", "info", _modifiable(tile))


def _modifiable(tile: Tile) -> str:
    end = f"{fin(tile.closes_at)} (heure de Paris)"
    return f"Modifiable jusqu'au {end}." if tile.modifiable else f"Les inscriptions sont closes depuis le {end}."
