"""Links received by mail: opening one changes nothing, since mail scanners open links too; a button does it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from gateway.clients.accounts import LinkState
from gateway.pages import page
from services.chassis.errors import DomainError
from services.contracts import problem_types

TITLES = {
    "expired": "Ce lien a expiré",
    "replaced": "Ce lien a été remplacé",
    "ended": "Ce lien n'est plus valable",
    "used": "Ce lien a déjà été utilisé",
    "unknown": "Ce lien n'est pas reconnu",
}
STATUSES = {"unknown": 404}  # of the others: 410
SLUGS = {
    problem_types.LINK_EXPIRED.slug: "expired",
    problem_types.LINK_REPLACED.slug: "replaced",
    problem_types.LINK_ENDED.slug: "ended",
    problem_types.LINK_USED.slug: "used",
}
TOKEN_LENGTH = 200  # what accounts takes; anything longer is none of its tokens

Ways = tuple[dict[str, str], ...]
LOG_IN = {"label": "M'identifier", "url": "/connexion"}
CREATE = {"label": "Créer mon compte", "url": "/compte/creation"}
RESEND = {"label": "Demander un nouvel envoi", "url": "/compte/creation/confirmation"}
RESET = {"label": "Demander un nouveau lien", "url": "/compte/mot-de-passe-oublie"}
NEW_PASSWORD = {"label": "Réinitialiser mon mot de passe", "url": "/compte/mot-de-passe-oublie"}
ACCOUNT = {"label": "Modifier mon compte", "url": "/compte"}


def looked_up(check: Callable[[str], LinkState], token: str) -> LinkState:
    return check(token) if len(token) <= TOKEN_LENGTH else LinkState("unknown")


def refused(refusal: DomainError) -> LinkState:
    """The state of a link that was good when the page opened and is no more; other refusals are raised."""
    if refusal.http_status != 410:
        raise refusal
    return LinkState(SLUGS.get(refusal.slug, "unknown"), refusal.detail)


def not_usable(state: LinkState, ways: dict[str, Ways]) -> Response:
    """Says which link it is and what to do; `ways` are the buttons for each state."""
    return page(
        "layout/error_page.html",
        status=STATUSES.get(state.state, 410),
        page_title=TITLES.get(state.state, TITLES["unknown"]),
        lead=state.detail or "Vérifiez que l'adresse a été copiée en entier depuis le mail.",
        links=list(ways.get(state.state, ())) or [LOG_IN],
    )
