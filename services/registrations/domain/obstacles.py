"""What prevents a candidature: another active one (K1), and the obstacles to transmitting a draft
at an instant.

By what an active candidature must be unique is the exam's matter (D643-29 for the BTS: one
spécialité per session). Obstacles are shown before « Enregistrer » is pressed (decision 0005).
"""

from collections.abc import Callable
from datetime import datetime

from services.contracts import page_labels
from services.contracts.api.drafts import Obstacle
from services.contracts.registration_rules import OTHER_CANDIDATURE, WindowState
from services.registrations.domain import windows
from services.registrations.domain.dossier import Dossier, PreviousCandidature
from services.registrations.domain.refusals import AlreadyRegistered

# What `exclusive:` may name, in the catalogue.
EXCLUSIVE_NAMES = ("exam", "session", "academie", "specialite")
_CHANGES_TOO_LATE = (
    "ces changements ne peuvent plus être transmis. Votre candidature reste telle qu'elle est "
    "enregistrée."
)


def exclusivity_key(dossier: Dossier) -> str | None:
    """The text that is unique among a candidate's active candidatures; None where the exam excludes
    nothing."""
    specialite = dossier.specialite.code if dossier.specialite else ""
    parts = (dossier.exam.code, dossier.session.name, dossier.opening.academie, specialite)
    named = [
        (name, part)
        for name, part in zip(EXCLUSIVE_NAMES, parts, strict=True)
        if name in dossier.exam.exclusive
    ]
    return "|".join(f"{name}={part}" for name, part in named) or None


def refusal_sentence(other: PreviousCandidature, place: str = "") -> str:
    """Why a second candidature is refused, and what to do about it. `place`: what is said of the
    other one."""
    return (
        f"{_already_has(other, place)} : vous pouvez la modifier dans « "
        f"{page_labels.REGISTRATIONS} »."
    )


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
    active = (
        other
        for other in dossier.previous
        if other.active and other.candidature_id != dossier.modifies
    )
    return next((other for other in active if key and other.exclusivity_key == key), None)


def refuse_second_candidature(
    dossier: Dossier, sentence: Callable[[PreviousCandidature], str]
) -> None:
    """K1. Raise AlreadyRegistered, with the `sentence` of the other one, when another active
    candidature has the same exclusivity key."""
    other = conflicting_candidature(dossier)
    if other is not None:
        raise AlreadyRegistered(sentence(other), candidature_id=other.candidature_id)


def obstacles(dossier: Dossier, instant: datetime) -> tuple[Obstacle, ...]:
    """All obstacles, whatever is typed; none while « Enregistrer » can be pressed."""
    opening = dossier.opening
    standing = []
    match windows.state(opening, instant):
        case WindowState.NOT_YET:
            standing.append(
                Obstacle(reason=WindowState.NOT_YET, detail=windows.sentence(opening, instant))
            )
        case WindowState.CLOSED:
            since = page_labels.CLOSED_SINCE.format(end=windows.closing(opening.closes))
            too_late = (
                _CHANGES_TOO_LATE
                if dossier.modifies
                else "ce brouillon ne peut plus être transmis."
            )
            standing.append(Obstacle(reason=WindowState.CLOSED, detail=f"{since} : {too_late}"))
    if other := conflicting_candidature(dossier):
        detail = (
            f"{_already_has(other)} : ce brouillon ne peut pas être transmis tant qu'elle existe."
        )
        standing.append(
            Obstacle(reason=OTHER_CANDIDATURE, detail=detail, candidature_id=other.candidature_id)
        )
    return tuple(standing)
