"""« Supprimer » the account, with a page to confirm; refused to candidates who have a candidature (guide §4)."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue

from gateway import access, visitor
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.web.compte import blueprint
from gateway.web.service_contact import show_contact
from services.chassis.errors import DomainError
from services.contracts import problem_types
from services.contracts.api import own_account as api

HAS_CANDIDATURE = (
    "Vous avez une candidature : votre compte ne peut pas être supprimé. Pour toute demande, contactez votre service "
    "gestionnaire."
)


@blueprint.get("/compte/suppression")
@access.candidate
def ask_deletion() -> ResponseReturnValue:
    return _page()


@blueprint.post("/compte/suppression")
@access.candidate
def delete_account() -> ResponseReturnValue:
    token = visitor.required().access_token
    try:
        sent = {"current_password": request.form.get("current_password", "")}
        clients().passwords.call(api.delete_account, token, body=sent)
    except DomainError as refusal:
        if refusal.http_status not in (409, 422, 429, 503):
            raise
        return _page(refusal)
    response = redirect("/?fait=suppression", code=303)
    visitor.forget_session(response)
    return response


def _page(refusal: DomainError | None = None) -> ResponseReturnValue:
    show_contact()
    errors = refusal.errors if refusal else ()
    has_candidature = refusal is not None and refusal.slug == problem_types.CANDIDATURE_EXISTS.slug
    return render_page(
        "compte/templates/suppression.html",
        status=refusal.http_status if refusal else 200,
        active="compte",
        errors=errors,
        blocked=HAS_CANDIDATURE if has_candidature else None,
        refusal=refusal.detail if refusal and not errors and not has_candidature else None,
    )
