"""Links received by mail: opening one changes nothing, since mail scanners open links too; a button confirms."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response

from gateway.clients.accounts import LinkState
from gateway.layout import frame
from gateway.pages import render_page
from services.chassis.errors import DomainError
from services.contracts import problem_types
from services.contracts.account_rules import MAX_TOKEN_LENGTH

TITLES = {
    "expired": "Ce lien a expiré",
    "replaced": "Ce lien a été remplacé",
    "ended": "Ce lien n'est plus valable",
    "used": "Ce lien a déjà été utilisé",
    "unknown": "Ce lien n'est pas reconnu",
}
STATUSES = {"unknown": 404}  # of the others: 410
STATES_BY_PROBLEM = {
    problem_types.LINK_EXPIRED.slug: "expired",
    problem_types.LINK_REPLACED.slug: "replaced",
    problem_types.LINK_ENDED.slug: "ended",
    problem_types.LINK_USED.slug: "used",
}

Buttons = tuple[dict[str, str], ...]
ButtonsByState = Mapping[str, Buttons]
LOG_IN = {"label": "M'identifier", "url": "/connexion"}
CREATE = {"label": frame.CREATE_ACCOUNT.label, "url": frame.CREATE_ACCOUNT.url}
RESEND = {"label": "Demander un nouvel envoi", "url": "/compte/creation/confirmation"}
RESET = {"label": "Demander un nouveau lien", "url": "/compte/mot-de-passe-oublie"}
NEW_PASSWORD = {"label": "Réinitialiser mon mot de passe", "url": "/compte/mot-de-passe-oublie"}
ACCOUNT = {"label": frame.ACCOUNT.label, "url": frame.ACCOUNT.url}

CheckLink = Callable[[str], LinkState]


def show_link(check: CheckLink, token: str, buttons: ButtonsByState, page: Callable[[LinkState], Response]) -> Response:
    """`page` for a usable link, else a page with the reason and the `buttons` of its state."""
    state = _link_state(check, token)
    return page(state) if state.usable else unusable_link_page(state, buttons)


def use_link(check: CheckLink, use: Callable[[str], object], token: str, buttons: ButtonsByState) -> Response | None:
    """None once `use` has been done with the token; else the page that says why the link is not usable.

    Raises the refusals of `use` that are not about the link.
    """
    state = _link_state(check, token)
    if not state.usable:
        return unusable_link_page(state, buttons)
    try:
        use(token)
    except DomainError as refusal:
        if refusal.http_status != 410:
            raise
        ended = LinkState(STATES_BY_PROBLEM.get(refusal.slug, "unknown"), refusal.detail)
        return unusable_link_page(ended, buttons)
    return None


def _link_state(check: CheckLink, token: str) -> LinkState:
    return check(token) if len(token) <= MAX_TOKEN_LENGTH else LinkState("unknown")


def unusable_link_page(state: LinkState, buttons: ButtonsByState) -> Response:
    """The page that says why a link is not usable and what to do, with the `buttons` of its state."""
    return render_page(
        "layout/error_page.html",
        status=STATUSES.get(state.state, 410),
        page_title=TITLES.get(state.state, TITLES["unknown"]),
        lead=state.detail or "Vérifiez que l'adresse a été copiée en entier depuis le mail.",
        links=list(buttons.get(state.state, ())) or [LOG_IN],
    )
