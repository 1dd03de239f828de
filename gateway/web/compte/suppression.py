"""« Supprimer » the account, confirmed on a page of its own; with a candidature it says why not (guide §4)."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.pages import page
from gateway.services import services
from gateway.web.compte import blueprint
from gateway.web.gestionnaire import show_service_gestionnaire
from services.chassis.errors import DomainError
from services.contracts import problem_types

KEPT = (
    "Vous avez une candidature : votre compte ne peut pas être supprimé. Pour toute demande, contactez votre service "
    "gestionnaire."
)


@blueprint.get("/compte/suppression")
@entrances.candidates
def ask_deletion() -> ResponseReturnValue:
    return _page()


@blueprint.post("/compte/suppression")
@entrances.candidates
def delete_account() -> ResponseReturnValue:
    token = visitor.required().access_token
    try:
        services().accounts.delete_me(token, request.form.get("current_password", ""))
    except DomainError as refusal:
        if refusal.http_status not in (409, 422, 429, 503):
            raise
        return _page(refusal)
    response = redirect("/?fait=suppression", code=303)
    visitor.forget(response)
    return response


def _page(refusal: DomainError | None = None) -> ResponseReturnValue:
    show_service_gestionnaire()
    errors = refusal.errors if refusal else ()
    engaged = refusal is not None and refusal.slug == problem_types.CANDIDATURE_EXISTS.slug
    return page(
        "compte/templates/suppression.html",
        status=refusal.http_status if refusal else 200,
        active="compte",
        errors=errors,
        kept=KEPT if engaged else None,
        refusal=refusal.detail if refusal and not errors and not engaged else None,
    )
