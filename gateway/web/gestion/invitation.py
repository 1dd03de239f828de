"""The link of an invitation: a password and a second factor are chosen, recovery codes shown once, and one is logged
in. Opening the link changes nothing."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from gateway import access, staff_member
from gateway.clients.accounts import LinkState
from gateway.clients.team import Invitation, SetUp
from gateway.pages import render_page
from gateway.qr_code import qr_svg
from gateway.service_clients import clients
from gateway.web.compte import mailed_links
from gateway.web.gestion import blueprint
from gateway.web.gestion.posted_text import posted_text
from services.chassis.errors import DomainError
from services.contracts import page_labels
from services.contracts.account_rules import STAFF_ROLE_LABELS

LOG_IN = {"label": "M'identifier", "url": "/gestion/connexion"}
BUTTONS: mailed_links.ButtonsByState = dict.fromkeys(mailed_links.TITLES, (LOG_IN,))
NEXT_STEP = {"label": f"Entrer dans l'{page_labels.STAFF_PAGES}", "url": "/gestion"}


@blueprint.get("/invitation/<token>")
@access.public
def open_invitation(token: str) -> ResponseReturnValue:
    return mailed_links.show_link(clients().team.invitation, token, BUTTONS, _page)


@blueprint.post("/invitation/<token>")
@access.public
def complete_invitation(token: str) -> ResponseReturnValue:
    set_up: list[SetUp] = []
    try:
        unusable = mailed_links.use_link(
            clients().team.invitation,
            lambda token: set_up.append(clients().team.complete_invitation(token, _posted())),
            token,
            BUTTONS,
        )
    except DomainError as refusal:
        if refusal.http_status != 422:
            raise
        return _page(clients().team.invitation(token, posted_text("proposal")), refusal)
    return unusable or _codes_page(set_up[0])


def _posted() -> dict[str, str]:
    passwords = {name: request.form.get(name, "") for name in ("password", "password_confirmation")}
    return {**passwords, "proposal": posted_text("proposal"), "code": posted_text("code")}


def _page(state: LinkState, refusal: DomainError | None = None) -> Response:
    if not isinstance(state, Invitation) or state.invited is None or state.proposal is None:
        return mailed_links.unusable_link_page(state, BUTTONS)
    return render_page(
        "gestion/templates/invitation.html",
        status=refusal.http_status if refusal else 200,
        invited=state.invited,
        role=STAFF_ROLE_LABELS.get(state.invited.role, state.invited.role),
        proposal=state.proposal,
        qr=qr_svg(state.proposal.uri),
        errors=refusal.errors if refusal else (),
    )


def _codes_page(set_up: SetUp) -> Response:
    staff_member.set_owner_of(set_up.session)
    response = render_page(
        "gestion/templates/codes_de_secours_nouveaux.html",
        codes=set_up.recovery_codes,
        lead="Votre accès est prêt, et vous êtes identifié.",
        next_step=NEXT_STEP,
    )
    staff_member.set_session_cookie(response, set_up.session)
    return response
