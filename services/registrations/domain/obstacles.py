"""The obstacles to transmitting a draft at an instant, shown before « Enregistrer » is pressed (decision 0025)."""

from __future__ import annotations

from datetime import datetime

from services.contracts import page_labels
from services.contracts.api.drafts import Obstacle
from services.contracts.registration_codes import OTHER_CANDIDATURE, WindowState
from services.registrations.domain import windows
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.rules.exclusivity import conflicting_candidature, refusal_sentence


def obstacles(dossier: Dossier, instant: datetime) -> tuple[Obstacle, ...]:
    """All obstacles, whatever is typed; none while « Enregistrer » can be pressed."""
    return tuple(
        obstacle for obstacle in (_window(dossier, instant), _other_candidature(dossier)) if obstacle is not None
    )


def _window(dossier: Dossier, instant: datetime) -> Obstacle | None:
    opening = dossier.opening
    match windows.state(opening.opens, opening.closes, instant):
        case WindowState.OPEN:
            return None
        case WindowState.NOT_YET:
            sentence = windows.sentence(opening.opens, opening.closes, instant)
            return Obstacle(reason=WindowState.NOT_YET, detail=sentence)
        case WindowState.CLOSED:
            since = page_labels.CLOSED_SINCE.format(end=windows.closing(opening.closes))
            return Obstacle(reason=WindowState.CLOSED, detail=f"{since} : {_too_late(dossier)}")


def _too_late(dossier: Dossier) -> str:
    if dossier.modifies:
        return "ces changements ne peuvent plus être transmis. Votre candidature reste telle qu'elle est enregistrée."
    return "ce brouillon ne peut plus être transmis."


def _other_candidature(dossier: Dossier) -> Obstacle | None:
    other = conflicting_candidature(dossier)
    if other is None:
        return None
    detail = f"{refusal_sentence(other)} : ce brouillon ne peut pas être transmis tant qu'elle existe."
    return Obstacle(reason=OTHER_CANDIDATURE, detail=detail, candidature_id=other.candidature_id)
