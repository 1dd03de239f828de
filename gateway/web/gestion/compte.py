"""« Mon compte » of a member of staff: password, second factor, recovery codes; each change asks for a fresh code. And
the link of an invitation, by which the account is set up; opening the link changes nothing."""

from typing import Any

import segno
from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_here
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.compte import mailed_links
from gateway.web.compte.connexion import posted_identity
from gateway.web.gestion import blueprint
from services.chassis.errors import DomainError
from services.contracts import page_labels
from services.contracts.account_rules import LINK_PROBLEMS, STAFF_ROLE_LABELS
from services.contracts.api import own_staff_account as api

OWN_ACCOUNT = "account:manage"
STATUSES_SHOWN_HERE = (409, 422, 429, 503)
PASSWORD_FIELDS = ("current_password", "password", "password_confirmation", "code")
DONE_SENTENCES = {
    "mot-de-passe": "Votre mot de passe est changé. Vos autres sessions sont terminées.",
    "facteur": "Votre nouveau second facteur est en service ; l'ancien ne sert plus. Vos autres sessions sont "
    "terminées.",
}
FEW_CODES = 3
"""With so many recovery codes left or fewer, the page advises to ask for new ones."""
LOG_IN = {"label": "M'identifier", "url": "/gestion/connexion"}
LINKS = mailed_links.MailedLinks(api.check_invitation, dict.fromkeys(LINK_PROBLEMS, (LOG_IN,)), are_of_staff=True)
NEXT_STEP = {"label": f"Entrer dans l'{page_labels.STAFF_PAGES}", "url": "/gestion"}


@blueprint.get("/compte", who=access.staff(OWN_ACCOUNT))
def show_own_account() -> ResponseReturnValue:
    account = own_account()
    return render_page(
        "gestion/templates/compte.html",
        account=account,
        role=STAFF_ROLE_LABELS.get(account.role, account.role),
        few_codes=account.recovery_codes_left <= FEW_CODES,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.get("/compte/mot-de-passe", who=access.staff(OWN_ACCOUNT))
def ask_password(refusal: DomainError | None = None) -> Response:
    hint = own_account().password_hint
    return _page("mot_de_passe.html", refusal, password_hint=hint)


@blueprint.post("/compte/mot-de-passe", who=access.staff(OWN_ACCOUNT))
def change_password() -> ResponseReturnValue:
    values = {name: request.form.get(name, "") for name in PASSWORD_FIELDS}
    try:
        opened = staff_member.call(api.change_password, body=values)
    except DomainError as refusal:
        return ask_password(shown_here(refusal, STATUSES_SHOWN_HERE))
    return _with_new_session(opened.session, "mot-de-passe")


@blueprint.get("/compte/codes-de-secours", who=access.staff(OWN_ACCOUNT))
def ask_recovery_codes() -> ResponseReturnValue:
    return _page("codes_de_secours.html", account=own_account())


@blueprint.post("/compte/codes-de-secours", who=access.staff(OWN_ACCOUNT))
def make_recovery_codes() -> ResponseReturnValue:
    try:
        sent = {"code": posted_text("code")}
        new = staff_member.call(api.renew_recovery_codes, body=sent)
    except DomainError as refusal:
        return _page("codes_de_secours.html", shown_here(refusal, STATUSES_SHOWN_HERE), account=own_account())
    back = {"label": "Revenir à mon compte", "url": url_for("gestion.show_own_account")}
    lead = "Les anciens ne servent plus."
    return _page("codes_de_secours_nouveaux.html", codes=new.recovery_codes, lead=lead, next_step=back)


@blueprint.get("/compte/second-facteur", who=access.staff(OWN_ACCOUNT))
def ask_second_factor() -> ResponseReturnValue:
    return _page("second_facteur.html")


@blueprint.post("/compte/second-facteur", who=access.staff(OWN_ACCOUNT))
def propose_second_factor() -> ResponseReturnValue:
    try:
        sent = {"code": posted_text("code")}
        proposal = staff_member.call(api.propose_second_factor, body=sent)
    except DomainError as refusal:
        return _page("second_facteur.html", shown_here(refusal, STATUSES_SHOWN_HERE))
    return _proposal_page(proposal)


@blueprint.post("/compte/second-facteur/confirmation", who=access.staff(OWN_ACCOUNT))
def confirm_second_factor() -> ResponseReturnValue:
    sealed = {"proposal": posted_text("proposal")}
    try:
        sent = {**sealed, "code": posted_text("code")}
        opened = staff_member.call(api.renew_second_factor, body=sent)
    except DomainError as refusal:
        shown = shown_here(refusal, STATUSES_SHOWN_HERE)
        proposal = staff_member.call(api.check_proposal, body=sealed).proposal
        return _proposal_page(proposal, shown) if proposal else _page("second_facteur.html", outdated=True)
    return _with_new_session(opened.session, "facteur")


def own_account() -> api.OwnAccount:
    return staff_member.call(api.read_account)


def _proposal_page(proposal: api.ProposedFactor, refusal: DomainError | None = None) -> Response:
    return _page("second_facteur_nouveau.html", refusal, proposal=proposal, qr=qr_svg(proposal.uri))


def _page(template: str, refusal: DomainError | None = None, **context: Any) -> Response:
    return render_page(f"gestion/templates/{template}", refusal=refusal, **context)


def _with_new_session(session: str, done: str) -> BaseResponse:
    """Every session has ended, this browser's too: it goes on with the one that accounts has opened."""
    staff_member.drop_cached_exchange()
    response = redirect(url_for("gestion.show_own_account", fait=done), code=303)
    staff_member.set_session_cookie(response, session)
    return response


@blueprint.get("/invitation/<token>", who=access.PUBLIC)
def open_invitation(token: str) -> ResponseReturnValue:
    return invitation_page(token)


def invitation_page(token: str, *, identity: str | None = None) -> Response:
    """`identity`: of ProConnect, sealed, which replaces the password."""
    return LINKS.show(token, lambda link: _invitation_page(token, link, identity=identity))


@blueprint.post("/invitation/<token>", who=access.PUBLIC)
def complete_invitation(token: str) -> ResponseReturnValue:
    set_up: list[api.SetUp] = []
    typed = {name: posted_text(name) for name in ("proposal", "code")}
    passwords = {name: request.form.get(name, "") for name in ("password", "password_confirmation")}
    identity = posted_identity()
    sent = {"token": token, **passwords, **typed, "identity": identity}
    try:
        unusable = LINKS.use(token, lambda: set_up.append(clients().call(api.complete_invitation, body=sent)))
    except DomainError as refusal:
        shown = shown_here(refusal, (403, 409, 422, 503))
        link = LINKS.call(api.check_invitation, token, proposal=typed["proposal"])
        return _invitation_page(token, link, shown, identity=identity if shown.http_status == 422 else None)
    return unusable or _codes_page(set_up[0])


def _invitation_page(
    token: str, link: api.InvitationLink, refusal: DomainError | None = None, *, identity: str | None = None
) -> Response:
    if link.invited is None or link.proposal is None:
        return LINKS.unusable_page(link)
    return render_page(
        "gestion/templates/invitation.html",
        refusal=refusal,
        path=url_for("gestion.complete_invitation", token=token),
        identity=identity,
        invited=link.invited,
        role=STAFF_ROLE_LABELS.get(link.invited.role, link.invited.role),
        proposal=link.proposal,
        qr=qr_svg(link.proposal.uri),
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


def qr_svg(text: str) -> Markup:
    """`text` as an `<svg>` with its white margin; its size is the page's to decide."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(scale=1, border=4, dark="#000", light="#fff", omitsize=True, svgclass=None)
    return Markup(svg)  # noqa: S704 - the text is in its squares alone
