"""The link of an invitation: a password and a second factor are chosen, recovery codes shown once, and one is logged
in. Opening the link changes nothing."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from gateway import access, staff_member
from gateway.pages import render_page
from gateway.qr_code import qr_svg
from gateway.service_clients import clients
from gateway.web.compte import mailed_links
from gateway.web.gestion import blueprint
from gateway.web.gestion.posted_text import posted_text
from services.chassis.errors import DomainError
from services.contracts import page_labels
from services.contracts.account_rules import STAFF_ROLE_LABELS
from services.contracts.api import own_staff_account as api

LOG_IN = {"label": "M'identifier", "url": "/gestion/connexion"}
LINKS = mailed_links.MailedLinks(api.check_invitation, dict.fromkeys(mailed_links.TITLES, (LOG_IN,)), are_of_staff=True)
NEXT_STEP = {"label": f"Entrer dans l'{page_labels.STAFF_PAGES}", "url": "/gestion"}


@blueprint.get("/invitation/<token>")
@access.public
def open_invitation(token: str) -> ResponseReturnValue:
    return LINKS.show(token, _page)


@blueprint.post("/invitation/<token>")
@access.public
def complete_invitation(token: str) -> ResponseReturnValue:
    set_up: list[api.SetUp] = []
    try:
        unusable = LINKS.use(token, lambda: set_up.append(_set_up(token)))
    except DomainError as refusal:
        if refusal.http_status != 422:
            raise
        return _page(LINKS.call(api.check_invitation, token, proposal=posted_text("proposal")), refusal)
    return unusable or _codes_page(set_up[0])


def _set_up(token: str) -> api.SetUp:
    sent = {"token": token, **_posted()}
    return clients().passwords.call(api.complete_invitation, clients().own_token, body=sent)


def _posted() -> dict[str, str]:
    passwords = {name: request.form.get(name, "") for name in ("password", "password_confirmation")}
    return {**passwords, "proposal": posted_text("proposal"), "code": posted_text("code")}


def _page(link: api.InvitationLink, refusal: DomainError | None = None) -> Response:
    if link.invited is None or link.proposal is None:
        return LINKS.unusable_page(link)
    return render_page(
        "gestion/templates/invitation.html",
        status=refusal.http_status if refusal else 200,
        invited=link.invited,
        role=STAFF_ROLE_LABELS.get(link.invited.role, link.invited.role),
        proposal=link.proposal,
        qr=qr_svg(link.proposal.uri),
        errors=refusal.errors if refusal else (),
    )


def _codes_page(set_up: api.SetUp) -> Response:
    staff_member.set_owner_of(set_up.session)
    response = render_page(
        "gestion/templates/codes_de_secours_nouveaux.html",
        codes=set_up.recovery_codes,
        lead="Votre accès est prêt, et vous êtes identifié.",
        next_step=NEXT_STEP,
    )
    staff_member.set_session_cookie(response, set_up.session)
    return response
