"""Registration windows: half-open [opens, closes), compared as instants, shown in Paris time."""

from datetime import datetime

from services.contracts.registration_rules import WindowState
from services.french import long_instant, short_instant, shown_end
from services.registrations.domain.exam_definition import Opening

_SAID = {
    WindowState.OPEN: "sont ouvertes",
    WindowState.NOT_YET: "ne sont pas encore ouvertes : elles le seront",
    WindowState.CLOSED: "sont fermées : elles étaient ouvertes",
}


def state(opening: Opening, instant: datetime) -> WindowState:
    """Open from `opens` on, no longer at `closes` itself."""
    if instant < opening.opens:
        return WindowState.NOT_YET
    return WindowState.OPEN if instant < opening.closes else WindowState.CLOSED


def is_open(opening: Opening, instant: datetime) -> bool:
    """Whether its candidate may begin a candidature, save, modify, validate or withdraw it, and
    take that back."""
    return state(opening, instant) is WindowState.OPEN


def is_in_second_try(validate_until: datetime | None, instant: datetime) -> bool:
    """Whether a candidature can be validated online at that instant, whatever the window says."""
    return validate_until is not None and instant < validate_until


def sentence(opening: Opening, instant: datetime) -> str:
    """What « Informations disponibles » says at that instant (guide §2)."""
    begin = long_instant(opening.opens)
    end = long_instant(shown_end(opening.closes))
    return (
        f"Les inscriptions {_SAID[state(opening, instant)]} du {begin} au {end} (heure de Paris)."
    )


def closing(closes: datetime) -> str:
    """« 25/10/2021 à 12:00 », for « … avant la fermeture du service fixée le : »."""
    return short_instant(shown_end(closes))
