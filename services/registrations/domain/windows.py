"""Registration windows: half-open [opens, closes), compared as instants, shown in Paris time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from services.chassis.french import long_instant, short_instant, shown_end


class State(StrEnum):
    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"


def state(opens: datetime, closes: datetime, instant: datetime) -> State:
    """Open from `opens` on, no longer at `closes` itself."""
    if instant < opens:
        return State.NOT_YET
    return State.OPEN if instant < closes else State.CLOSED


def is_open(opens: datetime, closes: datetime, instant: datetime) -> bool:
    return state(opens, closes, instant) is State.OPEN


def sentence(opens: datetime, closes: datetime, instant: datetime) -> str:
    """What « Informations disponibles » says at that instant (guide §2)."""
    begin, end = long_instant(opens), long_instant(shown_end(closes))
    match state(opens, closes, instant):
        case State.OPEN:
            return f"Les inscriptions sont ouvertes du {begin} au {end} (heure de Paris)."
        case State.NOT_YET:
            return (
                f"Les inscriptions ne sont pas encore ouvertes : elles le seront du {begin} au {end} (heure de Paris)."
            )
        case State.CLOSED:
            return f"Les inscriptions sont fermées : elles étaient ouvertes du {begin} au {end} (heure de Paris)."


def closing(closes: datetime) -> str:
    """« 25/10/2021 à 12:00 », for « … avant la fermeture du service fixée le : »."""
    return short_instant(shown_end(closes))
