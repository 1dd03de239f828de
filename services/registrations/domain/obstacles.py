"""The obstacles to transmitting a draft at an instant, shown before « Enregistrer » is pressed (decision 0025)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts import page_labels
from services.registrations.domain import windows
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.rules.exclusivity import conflicting_candidature, refusal_sentence

OTHER_CANDIDATURE = "other_candidature"
REASONS = (windows.State.NOT_YET.value, windows.State.CLOSED.value, OTHER_CANDIDATURE)


@dataclass(frozen=True)
class Obstacle:
    """`reason`: « not_yet » or « closed » (the window), « other_candidature » (K1, the one of `candidature_id`)."""

    reason: str
    detail: str
    candidature_id: str | None = None


def obstacles(dossier: Dossier, instant: datetime) -> tuple[Obstacle, ...]:
    """All obstacles, whatever is typed; none while « Enregistrer » can be pressed."""
    return tuple(
        obstacle for obstacle in (_window(dossier, instant), _other_candidature(dossier)) if obstacle is not None
    )


def _window(dossier: Dossier, instant: datetime) -> Obstacle | None:
    opening = dossier.opening
    match windows.state(opening.opens, opening.closes, instant):
        case windows.State.OPEN:
            return None
        case windows.State.NOT_YET:
            return Obstacle(windows.State.NOT_YET, windows.sentence(opening.opens, opening.closes, instant))
        case windows.State.CLOSED:
            since = page_labels.CLOSED_SINCE.format(end=windows.closing(opening.closes))
            return Obstacle(windows.State.CLOSED, f"{since} : {_too_late(dossier)}")


def _too_late(dossier: Dossier) -> str:
    if dossier.modifies:
        return "ces changements ne peuvent plus être transmis. Votre candidature reste telle qu'elle est enregistrée."
    return "ce brouillon ne peut plus être transmis."


def _other_candidature(dossier: Dossier) -> Obstacle | None:
    other = conflicting_candidature(dossier)
    if other is None:
        return None
    detail = f"{refusal_sentence(other)} : ce brouillon ne peut pas être transmis tant qu'elle existe."
    return Obstacle(OTHER_CANDIDATURE, detail, other.candidature_id)
