"""« Historique » of a candidature, for its candidate: what a service did or heard of, the same for
each service."""

from typing import Annotated

from msgspec import Meta

from services.contracts import page_labels
from services.contracts.api.drafts import Change
from services.contracts.api.operation import CANDIDATE, Answered, Callers, Instant, one_of
from services.contracts.piece_rules import STATUS_LABELS

TITLE = page_labels.HISTORY
AUTHORS = ("candidate", "staff", "service")
LONGEST_HISTORY = 1000  # events of a service: the newest
ACTS = {
    "candidature.ecartee": "Candidature écartée",
    "candidature.restored": "Inscription rétablie",
    "candidature.saved": "Inscription enregistrée",
    "candidature.validated": "Inscription validée en ligne",
    "candidature.withdrawn": "Désinscription",
    "deposit.deleted": "Fichier supprimé",
    "deposit.made": "Fichier déposé",
    "deposit.replaced": "Fichier remplacé",
    "deposit.restored": "Fichier précédent remis en place",
    "document.made": "Document créé",
    "document.opened": "Document ouvert",
    "document.published": "Document publié",
    "document.withdrawn": "Document retiré",
    "draft.begun": "Inscription commencée",
    "mail.sent": "Mail envoyé",
    "piece.controlled": "Décision",
    "piece.found_infected": "Fichier trouvé dangereux par l'antivirus, à remplacer",
    "piece.validated": "Pièce validée",
}
OF_STAFF = {"candidature.saved": "Inscription corrigée"}
MAIL_STATES = {"waiting": "Mail en attente d'envoi", "refused": "Mail refusé par votre messagerie"}
TEXTS = {"piece.controlled": "Commentaire", "deposit": "Fichier"}
"""What the text of an event is, by its act or the kind of that; of all others it is a reason."""


class Event(Answered):
    """Something that happened. Nobody is named in it but by `author`, the kind of who acted."""

    at: Instant
    act: Annotated[str, Meta(description="« candidature.saved », « deposit.made » …")]
    author: Annotated[str, one_of(AUTHORS)]
    title: Annotated[str | None, Meta(description="De la pièce, du document, du mail")] = None
    version: Annotated[int | None, Meta(description="De la candidature")] = None
    text: Annotated[str | None, Meta(description="Motif ou commentaire destiné au candidat")] = None
    state: Annotated[str | None, Meta(description="Statut donné à la pièce ; état du mail")] = None
    changes: Annotated[tuple[Change, ...], Meta(description="Ce que la version a changé")] = ()


class History(Answered):
    """`label`: of the candidature, by registrations alone."""

    events: Annotated[tuple[Event, ...], Meta(description="Le plus récent en premier")]
    label: str | None = None


read_history = Callers(CANDIDATE).get(
    "/v1/candidatures/<candidature_id>/history",
    History,
    "What this service knows to have happened to a candidature, in any state; the newest "
    f"{LONGEST_HISTORY}.",
)


def newest_first(events: list[Event]) -> tuple[Event, ...]:
    """Return the newest LONGEST_HISTORY of these events, the newest first. Of one instant, the one
    that comes later in `events` is the newer."""
    return tuple(sorted(events, key=lambda event: event.at)[::-1][:LONGEST_HISTORY])


def words(event: Event) -> str:
    """Return what happened: « Inscription corrigée par le service gestionnaire, version 3 »."""
    is_of_staff = event.author == "staff"
    act = OF_STAFF.get(event.act) if is_of_staff else MAIL_STATES.get(event.state or "")
    sentence = act or ACTS.get(event.act, event.act)
    if is_of_staff:
        sentence += " par le service gestionnaire"
    if event.version:
        sentence += f", version {event.version}"
    if event.state in STATUS_LABELS:
        sentence += f", {STATUS_LABELS[event.state]}"
    return f"{sentence} : {event.title}" if event.title else sentence


def text_of(event: Event) -> str | None:
    """Return the text of an event after what it is, « Commentaire : … », None of one without."""
    label = TEXTS.get(event.act) or TEXTS.get(event.act.partition(".")[0], "Motif")
    if event.act == "candidature.restored" and event.author == "candidate":
        return event.text  # the portal's own words: who takes a withdrawal back gives no reason
    return f"{label} : {event.text}" if event.text else None
