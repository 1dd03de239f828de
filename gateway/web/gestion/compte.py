"""« Mon compte » of a member of staff: password, second factor, recovery codes; each change asks for a fresh code."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from gateway import access, staff_member
from gateway.pages import render_page
from gateway.qr_code import qr_svg
from gateway.service_clients import clients
from gateway.web.gestion import blueprint
from gateway.web.gestion.posted_text import posted_text
from services.chassis.errors import DomainError
from services.contracts.account_rules import STAFF_ROLE_LABELS
from services.contracts.api import own_staff_account as api

ACTIVE_MENU_KEY = "compte"
OWN_ACCOUNT = "account:manage"
STATUSES_SHOWN_HERE = (409, 422, 429)
PASSWORD_FIELDS = ("current_password", "password", "password_confirmation", "code")
DONE_SENTENCES = {
    "mot-de-passe": "Votre mot de passe est changé. Vos autres sessions sont terminées.",
    "facteur": "Votre nouveau second facteur est en service ; l'ancien ne sert plus. Vos autres sessions sont "
    "terminées.",
}
FEW_CODES = 3
"""With so many recovery codes left or fewer, the page advises to ask for new ones."""


@blueprint.get("/compte")
@access.staff(OWN_ACCOUNT)
def show_own_account() -> ResponseReturnValue:
    account = own_account()
    return render_page(
        "gestion/templates/compte.html",
        active=ACTIVE_MENU_KEY,
        account=account,
        role=STAFF_ROLE_LABELS.get(account.role, account.role),
        few_codes=account.recovery_codes_left <= FEW_CODES,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.get("/compte/mot-de-passe")
@access.staff(OWN_ACCOUNT)
def ask_password() -> ResponseReturnValue:
    return _password_page()


@blueprint.post("/compte/mot-de-passe")
@access.staff(OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    values = {name: request.form.get(name, "") for name in PASSWORD_FIELDS}
    try:
        opened = clients().passwords.call(api.change_password, staff_member.access_token(), body=values)
    except DomainError as refusal:
        return _password_page(_shown_here(refusal))
    return _with_new_session(opened.session, "mot-de-passe")


@blueprint.get("/compte/codes-de-secours")
@access.staff(OWN_ACCOUNT)
def ask_recovery_codes() -> ResponseReturnValue:
    return _page("codes_de_secours.html", account=own_account())


@blueprint.post("/compte/codes-de-secours")
@access.staff(OWN_ACCOUNT)
def make_recovery_codes() -> ResponseReturnValue:
    try:
        sent = {"code": posted_text("code")}
        new = clients().staff_accounts.call(api.renew_recovery_codes, staff_member.access_token(), body=sent)
    except DomainError as refusal:
        shown = _shown_here(refusal)
        return _page("codes_de_secours.html", shown, account=own_account())
    back = {"label": "Revenir à mon compte", "url": url_for("gestion.show_own_account")}
    lead = "Les anciens ne servent plus."
    return _page("codes_de_secours_nouveaux.html", codes=new.recovery_codes, lead=lead, next_step=back)


@blueprint.get("/compte/second-facteur")
@access.staff(OWN_ACCOUNT)
def ask_second_factor() -> ResponseReturnValue:
    return _page("second_facteur.html")


@blueprint.post("/compte/second-facteur")
@access.staff(OWN_ACCOUNT)
def propose_second_factor() -> ResponseReturnValue:
    try:
        sent = {"code": posted_text("code")}
        proposal = clients().staff_accounts.call(api.propose_second_factor, staff_member.access_token(), body=sent)
    except DomainError as refusal:
        return _page("second_facteur.html", _shown_here(refusal))
    return _proposal_page(proposal)


@blueprint.post("/compte/second-facteur/confirmation")
@access.staff(OWN_ACCOUNT)
def confirm_second_factor() -> ResponseReturnValue:
    token, sealed = staff_member.access_token(), {"proposal": posted_text("proposal")}
    try:
        sent = {**sealed, "code": posted_text("code")}
        opened = clients().staff_accounts.call(api.renew_second_factor, token, body=sent)
    except DomainError as refusal:
        shown = _shown_here(refusal)
        proposal = clients().staff_accounts.call(api.check_proposal, token, body=sealed).proposal
        return _proposal_page(proposal, shown) if proposal else _page("second_facteur.html", outdated=True)
    return _with_new_session(opened.session, "facteur")


def own_account() -> api.OwnAccount:
    return clients().staff_accounts.call(api.read_account, staff_member.access_token())


def _password_page(refusal: DomainError | None = None) -> Response:
    hint = own_account().password_hint
    return _page("mot_de_passe.html", refusal, password_hint=hint)


def _proposal_page(proposal: api.ProposedFactor, refusal: DomainError | None = None) -> Response:
    return _page("second_facteur_nouveau.html", refusal, proposal=proposal, qr=qr_svg(proposal.uri))


def _page(template: str, refusal: DomainError | None = None, **context: Any) -> Response:
    return render_page(
        f"gestion/templates/{template}",
        status=refusal.http_status if refusal else 200,
        active=ACTIVE_MENU_KEY,
        refusal=refusal,
        errors=refusal.errors if refusal else (),
        **context,
    )


def _shown_here(refusal: DomainError) -> DomainError:
    """Raises it where it is not for the form."""
    if refusal.http_status not in STATUSES_SHOWN_HERE:
        raise refusal
    return refusal


def _with_new_session(session: str, done: str) -> BaseResponse:
    """Every session has ended, this browser's too: it goes on with the one that accounts has opened."""
    staff_member.drop_cached_exchange()
    response = redirect(url_for("gestion.show_own_account", fait=done), code=303)
    staff_member.set_session_cookie(response, session)
    return response
