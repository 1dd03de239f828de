"""« Mon compte » of a member of staff: password, second factor, recovery codes, « Clés d'accès »
(passkeys), « Jetons d'accès » of one's own tools; each change asks for a fresh code. And the link
of an invitation, by which the account is set up; opening the link changes nothing."""

from typing import Any

import segno
from flask import Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_here, shown_on
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.compte import mailed_links
from gateway.web.compte.connexion import posted_identity
from gateway.web.gestion import blueprint
from services import clock
from services.chassis.errors import DomainError
from services.contracts import page_labels
from services.contracts.account_rules import LINK_PROBLEMS, STAFF_ROLE_LABELS, TOKEN_DAYS_WORDS
from services.contracts.api import own_staff_account as api
from services.contracts.api import passkeys
from services.contracts.api.team import TOKENS, ToolToken

OWN_ACCOUNT = "account:manage"
STATUSES_SHOWN_HERE = (409, 422, 429, 503)
PASSWORD_FIELDS = ("current_password", "password", "password_confirmation", "code")
DONE_SENTENCES = {
    "ajout": "Votre clé d'accès est en service.",
    "retrait": "La clé d'accès est retirée : elle ne sert plus.",
    "revocation": "Le jeton est révoqué : il est refusé dans les secondes qui suivent.",
    "mot-de-passe": "Votre mot de passe est changé. Vos autres sessions sont terminées.",
    "facteur": (
        "Votre nouveau second facteur est en service ; l'ancien ne sert plus. Vos autres sessions "
        "sont terminées."
    ),
}
SCOPE_LABELS = {
    "pieces:read": "Lire les pièces justificatives",
    "pieces:control": "Décider des pièces justificatives",
    "candidatures:read": "Lire les candidatures",
    "candidatures:manage": "Écarter, désinscrire, rétablir ou corriger des candidatures",
    "documents:publish": "Publier des documents",
    "candidates:correct": "Corriger l'état civil de candidats, écarter des règles",
    "openings:manage": "Changer les dates des ouvertures et les messages",
    "audit:read": "Lire le journal",
    "staff:manage": "Lire la liste de l'équipe et révoquer des jetons",
}
USABLE = "Valable"
DAYS = {"30": "30 jours", "90": "90 jours", "180": "180 jours", "365": "Un an"}
FEW_CODES = 3
"""With so many recovery codes left or fewer, the page advises to ask for new ones."""
LOG_IN = {"label": "M'identifier", "url": "/gestion/connexion"}
LINKS = mailed_links.MailedLinks(
    api.check_invitation, dict.fromkeys(LINK_PROBLEMS, (LOG_IN,)), are_of_staff=True
)
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
    return _page("mot_de_passe.html", refusal, password_hint=own_account().password_hint)


@blueprint.post("/compte/mot-de-passe", who=access.staff(OWN_ACCOUNT))
@shown_on(ask_password, *STATUSES_SHOWN_HERE)
def change_password() -> ResponseReturnValue:
    values = {name: request.form.get(name, "") for name in PASSWORD_FIELDS}
    return _with_new_session(
        staff_member.call(api.change_password(body=values)).session, "mot-de-passe"
    )


@blueprint.get("/compte/codes-de-secours", who=access.staff(OWN_ACCOUNT))
def ask_recovery_codes(refusal: DomainError | None = None) -> Response:
    return _page("codes_de_secours.html", refusal, account=own_account())


@blueprint.post("/compte/codes-de-secours", who=access.staff(OWN_ACCOUNT))
@shown_on(ask_recovery_codes, *STATUSES_SHOWN_HERE)
def make_recovery_codes() -> ResponseReturnValue:
    new = staff_member.call(api.renew_recovery_codes(body={"code": posted_text("code")}))
    back = {"label": "Revenir à mon compte", "url": url_for("gestion.show_own_account")}
    lead = "Les anciens ne servent plus."
    return _page(
        "codes_de_secours_nouveaux.html", codes=new.recovery_codes, lead=lead, next_step=back
    )


@blueprint.get("/compte/second-facteur", who=access.staff(OWN_ACCOUNT))
def ask_second_factor(refusal: DomainError | None = None) -> Response:
    return _page("second_facteur.html", refusal)


@blueprint.post("/compte/second-facteur", who=access.staff(OWN_ACCOUNT))
@shown_on(ask_second_factor, *STATUSES_SHOWN_HERE)
def propose_second_factor() -> ResponseReturnValue:
    return _proposal_page(
        staff_member.call(api.propose_second_factor(body={"code": posted_text("code")}))
    )


@blueprint.post("/compte/second-facteur/confirmation", who=access.staff(OWN_ACCOUNT))
def confirm_second_factor() -> ResponseReturnValue:
    sealed = {"proposal": posted_text("proposal")}
    try:
        opened = staff_member.call(
            api.renew_second_factor(body={**sealed, "code": posted_text("code")})
        )
    except DomainError as refusal:
        shown = shown_here(refusal, STATUSES_SHOWN_HERE)
        proposal = staff_member.call(api.check_proposal(body=sealed)).proposal
        return (
            _proposal_page(proposal, shown)
            if proposal
            else _page("second_facteur.html", outdated=True)
        )
    return _with_new_session(opened.session, "facteur")


def own_account() -> api.OwnAccount:
    return staff_member.call(api.read_account())


def _proposal_page(proposal: api.ProposedFactor, refusal: DomainError | None = None) -> Response:
    return _page("second_facteur_nouveau.html", refusal, proposal=proposal, qr=qr_svg(proposal.uri))


def _page(template: str, refusal: DomainError | None = None, **context: Any) -> Response:
    return render_page(f"gestion/templates/{template}", refusal=refusal, **context)


def _with_new_session(session: str, done: str) -> BaseResponse:
    """Every session has ended, this browser's too: it goes on with the one that accounts has
    opened."""
    staff_member.drop_cached_exchange()
    response = redirect(url_for("gestion.show_own_account", fait=done), code=303)
    staff_member.set_session_cookie(response, session)
    return response


@blueprint.get("/invitation/<token>", who=access.PUBLIC)
def open_invitation(token: str, identity: str | None = None) -> Response:
    """`identity`: of ProConnect, sealed, which replaces the password."""
    return LINKS.show(token, lambda link: _invitation_page(token, link, identity=identity))


@blueprint.post("/invitation/<token>", who=access.PUBLIC)
def complete_invitation(token: str) -> ResponseReturnValue:
    proposal = posted_text("proposal")
    identity = posted_identity()
    body = {
        "token": token,
        "proposal": proposal,
        "code": posted_text("code"),
        "password": request.form.get("password", ""),
        "password_confirmation": request.form.get("password_confirmation", ""),
        "identity": identity,
    }
    try:
        return LINKS.use(token, api.complete_invitation(body=body), _codes_page)
    except DomainError as refusal:
        shown = shown_here(refusal, (403, 409, 422, 503))
        link = LINKS.call(api.check_invitation(body={"token": token, "proposal": proposal}))
        return _invitation_page(
            token, link, shown, identity=identity if shown.http_status == 422 else None
        )


def _invitation_page(
    token: str,
    link: api.InvitationLink,
    refusal: DomainError | None = None,
    *,
    identity: str | None = None,
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
    svg = code.svg_inline(
        scale=1, border=4, dark="#000", light="#fff", omitsize=True, svgclass=None
    )
    return Markup(svg)  # noqa: S704 - the text is in its squares alone


@blueprint.get("/compte/cles-d-acces", who=access.staff(OWN_ACCOUNT))
def list_passkeys(refusal: DomainError | None = None) -> Response:
    return render_page(
        "gestion/templates/cles_d_acces.html",
        passkeys=own_account().passkeys,
        name=posted_text("name"),
        refusal=refusal,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.post("/compte/cles-d-acces", who=access.staff(OWN_ACCOUNT))
@shown_on(list_passkeys, *STATUSES_SHOWN_HERE)
def add_passkey() -> ResponseReturnValue:
    staff_member.call(
        passkeys.add_passkey(body={name: posted_text(name) for name in ("name", "passkey", "code")})
    )
    return redirect(url_for("gestion.list_passkeys", fait="ajout"), code=303)


@blueprint.post("/compte/cles-d-acces/<passkey_id>/retrait", who=access.staff(OWN_ACCOUNT))
@shown_on(lambda passkey_id, refusal: list_passkeys(refusal), *STATUSES_SHOWN_HERE)
def remove_passkey(passkey_id: str) -> ResponseReturnValue:
    staff_member.call(passkeys.remove_passkey(passkey_id))
    return redirect(url_for("gestion.list_passkeys", fait="retrait"), code=303)


@blueprint.post("/cles-d-acces", who=access.PUBLIC)
def prepare_passkey() -> Response:
    """For the script alone; at a log-in nobody is known yet."""
    sent = {"purpose": posted_text("pour"), "session": staff_member.session_cookie() or ""}
    return jsonify(clients().call(passkeys.prepare_passkey(body=sent), is_for_staff=True).options)


@blueprint.get("/compte/jetons", who=access.staff(OWN_ACCOUNT))
def list_tokens(refusal: DomainError | None = None) -> Response:
    page = staff_member.call(api.list_tokens(query={"cursor": request.args.get("cursor") or None}))
    return render_page(
        "gestion/templates/jetons.html",
        asked=_asked_token(),
        columns=TOKENS.page_columns,
        tokens=page.items,
        state_of=_state_of_token,
        usable=USABLE,
        next_cursor=page.next_cursor,
        scopes=[
            {"value": scope, "label": SCOPE_LABELS.get(scope, scope)}
            for scope in own_account().scopes
        ],
        scope_labels=SCOPE_LABELS,
        days_words=TOKEN_DAYS_WORDS,
        days=[{"value": days, "label": label} for days, label in DAYS.items()],
        refusal=refusal,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.post("/compte/jetons", who=access.staff(OWN_ACCOUNT))
@shown_on(list_tokens, *STATUSES_SHOWN_HERE)
def create_token() -> ResponseReturnValue:
    asked = _asked_token()
    days = int(asked["days"]) if asked["days"] in DAYS else None
    created = staff_member.call(
        api.create_token(body={**asked, "days": days, "code": posted_text("code")})
    )
    return render_page(
        "gestion/templates/jeton_nouveau.html", name=asked["name"], token=created.token
    )


def _asked_token() -> dict[str, Any]:
    return {
        "name": posted_text("name"),
        "scopes": request.form.getlist("scopes"),
        "days": posted_text("days"),
    }


@blueprint.post("/compte/jetons/<token_id>/revocation", who=access.staff(OWN_ACCOUNT))
def revoke_token(token_id: str) -> ResponseReturnValue:
    staff_member.call(api.revoke_token(token_id))
    return redirect(url_for("gestion.list_tokens", fait="revocation"), code=303)


def _state_of_token(token: ToolToken) -> str:
    if token.revoked_at:
        return "Révoqué"
    return USABLE if clock.system_now() < token.expires_at else "Expiré"
