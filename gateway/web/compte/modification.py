"""« Modifier mes informations » (guide §4): accounts says what can still be changed."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.forms import Form, Values
from gateway.pages import page
from gateway.services import services
from gateway.web.compte import blueprint
from gateway.web.compte.formulaire import WITH_SEARCH, is_refresh, typed_values, with_results
from gateway.web.gestionnaire import show_service_gestionnaire
from services.chassis.errors import DomainError

SHOWN_AGAIN = (403, 409, 422, 429, 503)
SAID = {
    "enregistre": "Vos informations sont enregistrées.",
    "adresse": "Un mail vient d'être envoyé à votre nouvelle adresse : elle ne remplacera l'ancienne que lorsque vous "
    "aurez confirmé le changement par le lien reçu.",
}


@blueprint.get("/compte")
@entrances.candidates
def account() -> ResponseReturnValue:
    me = services().accounts.me(visitor.required().access_token)
    return _page(me.form, said=SAID.get(request.args.get("fait", "")), pending=me.pending_email)


@blueprint.post("/compte")
@entrances.candidates
def change_account() -> ResponseReturnValue:
    token, values = visitor.required().access_token, typed_values()
    if is_refresh():
        return _page(with_results(services().accounts.my_form(token, values), values))
    try:
        pending = services().accounts.change_me(token, values)
    except DomainError as refusal:
        if refusal.http_status not in SHOWN_AGAIN:
            raise
        return _page(services().accounts.my_form(token, values), refusal=refusal)
    return _changed(values, pending)


def _changed(values: Values, pending: bool) -> ResponseReturnValue:
    """A new password has ended every session: this browser is asked for it at once."""
    if values.get("password"):
        response = redirect(url_for("compte.log_in_page", fait="mot-de-passe"), code=303)
        visitor.forget(response)
        return response
    visitor.exchange_again()
    return redirect(url_for("compte.account", fait="adresse" if pending else "enregistre"), code=303)


def _page(
    form: Form, *, refusal: DomainError | None = None, said: str | None = None, pending: str | None = None
) -> ResponseReturnValue:
    show_service_gestionnaire()
    errors = refusal.errors if refusal else ()
    return page(
        "compte/templates/modification.html",
        status=refusal.http_status if refusal else 200,
        active="compte",
        form=form,
        errors=errors,
        refusal=refusal.detail if refusal and not errors else None,
        said=said,
        pending=pending,
        with_fields=WITH_SEARCH,
    )
