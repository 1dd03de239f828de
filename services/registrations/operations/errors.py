"""The errors of registrations: stable problem types, with the French texts that pages show."""

from __future__ import annotations

from dataclasses import asdict

from services.chassis.errors import Conflict, Forbidden
from services.registrations.domain import windows
from services.registrations.queries.catalogue import OpeningView


class WindowClosed(Forbidden):
    """The request was received outside [opens, closes). `extra`: window, academie_label, contact."""

    type, title = "fenetre-fermee", "Le service d'inscription n'est pas ouvert"


class DraftChanged(Conflict):
    """Another browser window wrote in between. `extra`: current revision, `yours` and `theirs` as typed."""

    type, title = "brouillon-modifie", "Votre dossier a été modifié dans une autre fenêtre"


class DraftClosed(Conflict):
    """The draft is already saved. `extra`: candidature_id."""

    type, title = "brouillon-enregistre", "Ce dossier a déjà été enregistré"


class AlreadyRegistered(Conflict):
    """An active candidature excludes another one (K1), or an account's change. `extra`: candidature_id if known."""

    type, title = "candidature-existante", "Une candidature existe déjà"


class IdentityOutdated(Conflict):
    """The asserted identity is older than the floor that accounts set; the caller fetches it again and retries."""

    type, title = "identite-perimee", "Vos données personnelles ont changé"


class OtherDraft(Conflict):
    """The candidate has another open draft for this opening. `extra`: draft_id."""

    type, title = "brouillon-en-cours", "Un autre brouillon est en cours pour cette ouverture"


def window_closed(view: OpeningView, sentence: str) -> WindowClosed:
    """The error with `sentence` (what cannot be done any more), the window and the contact."""
    return WindowClosed(
        sentence,
        window=windows_sentence(view),
        academie_label=view.opening.label,
        contact=asdict(view.opening.contact),
    )


def windows_sentence(view: OpeningView) -> str:
    return f"Fermeture du service d'inscription : {windows.closing(view.opening.closes)} (heure de Paris)."
