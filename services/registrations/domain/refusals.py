"""Why registrations refuse something: stable problem types, with the French texts that pages
show."""

from dataclasses import asdict
from datetime import datetime

from services.chassis.errors import Conflict, Forbidden, Invalid
from services.contracts import problem_types
from services.registrations.domain import windows
from services.registrations.domain.exam_definition import OpeningView


class WindowClosed(Forbidden):
    """The request was received outside [opens, closes). `extra`: window, academie_label,
    contact."""

    problem = problem_types.WINDOW_CLOSED


class DraftChanged(Conflict):
    """Another browser window wrote in between. `extra`: current revision, `yours` and `theirs` as
    typed."""

    problem = problem_types.DRAFT_CHANGED


class AlreadyRegistered(Conflict):
    """An active candidature excludes another one (K1), or an account's change. `extra`:
    candidature_id if known."""

    problem = problem_types.CANDIDATURE_EXISTS


class IdentityOutdated(Conflict):
    """The asserted identity is older than the floor that accounts set; the caller fetches it again
    and retries."""

    problem = problem_types.IDENTITY_OUTDATED


def refuse_when_closed(view: OpeningView, instant: datetime, sentence: str) -> None:
    """Raise WindowClosed with `sentence` (what cannot be done at that instant), the window and the
    contact, unless the registrations are open."""
    if not windows.is_open(view.opening, instant):
        raise WindowClosed(
            sentence,
            window=(
                f"Fermeture du service d'inscription : {windows.closing(view.opening.closes)} "
                "(heure de Paris)."
            ),
            academie_label=view.opening.label,
            contact=asdict(view.opening.contact),
        )


def given_reason(reason: str) -> str:
    """Return the reason without spaces around it. Raises Invalid where there is none."""
    if not reason.strip():
        raise Invalid.in_field("reason", "Indiquez le motif.")
    return reason.strip()


def too_late_to(act: str) -> str:
    """Return the sentence for an act that a candidate can only ask for once the window is
    closed."""
    whom = "contactez le service des examens et concours dont vous dépendez"
    return f"Le service d'inscription est fermé : pour {act}, {whom}."
