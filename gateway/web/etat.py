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
        to_do = "fournir" if left.missing or left.refused else "valider"
        return State("Incomplète", "warning", f"Pièces à {to_do} jusqu'au {fin(left.until)} (heure de Paris).")
    if left is not None and left.late:
        return State("Incomplète", "error", f"{late_pieces(left.late)}.")
    if left is not None and left.opens:
        opens = f"Vos pièces pourront être déposées à partir du {instant(left.opens)} (heure de Paris)."
        return State("Enregistrée", "info", f"{_modifiable(tile)} {opens}")
    if left is not None:
        return State("Complète", "success", f"{_modifiable(tile)} Aucune pièce n'est attendue de vous pour le moment.")
    return State("Enregistrée", "info", _modifiable(tile))


def late_pieces(count: int) -> str:
    """« 2 pièces n'ont pas été fournies à temps : contactez votre service gestionnaire »"""
    pieces = "1 pièce n'a pas été fournie" if count == 1 else f"{count} pièces n'ont pas été fournies"
    return f"{pieces} à temps : contactez votre service gestionnaire"


def _modifiable(tile: Tile) -> str:
    end = f"{fin(tile.closes_at)} (heure de Paris)"
    return f"Modifiable jusqu'au {end}." if tile.modifiable else f"Les inscriptions sont closes depuis le {end}."
