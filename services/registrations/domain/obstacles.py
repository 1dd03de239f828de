"""What prevents a candidature: another active one (K1), and the obstacles to transmitting a draft at an instant.

By what an active candidature must be unique is the exam's matter (D643-29 for the BTS: one spécialité per session).
Obstacles are shown before « Enregistrer » is pressed (decision 0005).
"""

from datetime import datetime

from services.contracts import page_labels
from services.contracts.api.drafts import Obstacle
from services.contracts.registration_rules import OTHER_CANDIDATURE, WindowState
from services.registrations.domain import windows
from services.registrations.domain.dossier import Dossier, PreviousCandidature

# What `exclusive:` may name, in the catalogue.
EXCLUSIVE_NAMES = ("exam", "session", "academie", "specialite")


def exclusivity_key(dossier: Dossier) -> str | None:
    """The text that is unique among a candidate's active candidatures; None where the exam excludes nothing."""
    specialite = dossier.specialite
    parts = {
        "exam": dossier.exam.code,
        "session": dossier.session.name,
        "academie": dossier.opening.academie,
        "specialite": specialite.code if specialite else "",
    }
    names = [name for name in EXCLUSIVE_NAMES if name in dossier.exam.exclusive]
    return "|".join(f"{name}={parts[name]}" for name in names) or None


def refusal_sentence(other: PreviousCandidature, place: str = "") -> str:
    """Why a second candidature is refused, and what to do about it. `place`: what is said of the other one."""
    return f"{_already_has(other, place)} : vous pouvez la modifier dans « {page_labels.REGISTRATIONS} »."


def place_taken(other: PreviousCandidature) -> str:
    """Why staff cannot give a candidature its place: which other one has it."""
    return (
        f"Le candidat a une autre candidature active pour cette session ({other.academie_label}, "
        f"n° {other.numero_inscription}) : elle doit d'abord être écartée ou désinscrite."
    )


def _already_has(other: PreviousCandidature, place: str = "") -> str:
    place = place or f"{other.academie_label}, n° {other.numero_inscription}"
    return f"Vous avez déjà une candidature pour cette session ({place})"


def conflicting_candidature(dossier: Dossier) -> PreviousCandidature | None:
    """The other active candidature with the same exclusivity key, if there is one."""
    key = exclusivity_key(dossier)
    return next(
        (
            other
            for other in dossier.previous
            if key and other.active and other.exclusivity_key == key and other.candidature_id != dossier.modifies
        ),
        None,
    )


def obstacles(dossier: Dossier, instant: datetime) -> tuple[Obstacle, ...]:
    """All obstacles, whatever is typed; none while « Enregistrer » can be pressed."""
    return tuple(
        obstacle for obstacle in (_window(dossier, instant), _other_candidature(dossier)) if obstacle is not None
    )


def _window(dossier: Dossier, instant: datetime) -> Obstacle | None:
    opening = dossier.opening
    if windows.is_open(opening, instant):
        return None
    if windows.state(opening, instant) is WindowState.NOT_YET:
        return Obstacle(reason=WindowState.NOT_YET, detail=windows.sentence(opening, instant))
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
    detail = f"{_already_has(other)} : ce brouillon ne peut pas être transmis tant qu'elle existe."
    return Obstacle(reason=OTHER_CANDIDATURE, detail=detail, candidature_id=other.candidature_id)
