"""Why registrations refuses: stable types and the French that pages show."""

from __future__ import annotations

from dataclasses import asdict

from services.chassis.errors import Conflict, Forbidden
from services.contracts import problem_types
from services.registrations.domain import windows
from services.registrations.queries.catalogue import OpeningView


class WindowClosed(Forbidden):
    """The request came outside [opens, closes). `extra`: sentence, and contact (whom to turn to)."""

    problem = problem_types.WINDOW_CLOSED


class DraftChanged(Conflict):
    """Another window wrote in between. `extra`: revision now, `yours` and `theirs` as typed."""

    problem = problem_types.DRAFT_CHANGED


class DraftClosed(Conflict):
    """The draft was saved. `extra`: the candidature it became."""

    problem = problem_types.DRAFT_SAVED


class AlreadyRegistered(Conflict):
    """An active candidature excludes another one (K1), or an account's change. `extra`: candidature_id if known."""

    problem = problem_types.CANDIDATURE_EXISTS


class IdentityOutdated(Conflict):
    """The asserted identity is older than what accounts has announced; fetch it anew and try again."""

    problem = problem_types.IDENTITY_OUTDATED


class OtherDraft(Conflict):
    """Another open draft stands in the way. `extra`: draft_id."""

    problem = problem_types.OTHER_DRAFT


def window_closed(view: OpeningView, sentence: str) -> WindowClosed:
    """`sentence` says what cannot be done any more, and whom to contact follows."""
    return WindowClosed(
        sentence,
        window=windows_sentence(view),
        academie_label=view.opening.label,
        contact=asdict(view.opening.contact),
    )


def windows_sentence(view: OpeningView) -> str:
    return f"Fermeture du service d'inscription : {windows.closing(view.opening.closes)} (heure de Paris)."
