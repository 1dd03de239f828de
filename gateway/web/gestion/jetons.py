"""« Jetons d'accès » of one's own tools: made with a fresh code of the second factor, shown once, listed, revoked."""

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_here
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.compte import OWN_ACCOUNT, STATUSES_SHOWN_HERE, own_account
from services.chassis import clock
from services.chassis.errors import DomainError
from services.contracts.account_rules import TOKEN_DAYS_WORDS
from services.contracts.api import own_staff_account as api
from services.contracts.api.team import TOKENS, ToolToken

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
REVOKED = "Le jeton est révoqué : il est refusé dans les secondes qui suivent."
USABLE = "Valable"
DAYS = {"30": "30 jours", "90": "90 jours", "180": "180 jours", "365": "Un an"}
DEFAULT = {"name": "", "scopes": [], "days": ""}


@blueprint.get("/compte/jetons", who=access.staff(OWN_ACCOUNT))
def list_tokens(asked: Mapping[str, Any] = DEFAULT, refusal: DomainError | None = None) -> Response:
    cursor = request.args.get("cursor") or None
    page = staff_member.call(api.list_tokens, query={"cursor": cursor})
    return render_page(
        "gestion/templates/jetons.html",
        asked=asked,
        columns=TOKENS.page_columns,
        tokens=page.items,
        state_of=_state,
        usable=USABLE,
        next_cursor=page.next_cursor,
        scopes=[{"value": scope, "label": SCOPE_LABELS.get(scope, scope)} for scope in own_account().scopes],
        scope_labels=SCOPE_LABELS,
        days_words=TOKEN_DAYS_WORDS,
        days=[{"value": days, "label": label} for days, label in DAYS.items()],
        refusal=refusal,
        done=REVOKED if request.args.get("fait") == "revocation" else None,
    )


@blueprint.post("/compte/jetons", who=access.staff(OWN_ACCOUNT))
def create_token() -> ResponseReturnValue:
    name, days, scopes = posted_text("name"), posted_text("days"), request.form.getlist("scopes")
    asked = {"name": name, "scopes": scopes, "days": days}
    try:
        sent = {**asked, "days": int(days) if days in DAYS else None, "code": posted_text("code")}
        created = staff_member.call(api.create_token, body=sent)
    except DomainError as refusal:
        return list_tokens(asked, shown_here(refusal, STATUSES_SHOWN_HERE))
    return render_page("gestion/templates/jeton_nouveau.html", name=name, token=created.token)


@blueprint.post("/compte/jetons/<token_id>/revocation", who=access.staff(OWN_ACCOUNT))
def revoke_token(token_id: str) -> ResponseReturnValue:
    staff_member.call(api.revoke_token, token_id=token_id)
    return redirect(url_for("gestion.list_tokens", fait="revocation"), code=303)


def _state(token: ToolToken) -> str:
    if token.revoked_at:
        return "Révoqué"
    return USABLE if clock.system_now() < token.expires_at else "Expiré"
