"""« Formulaire de création », then « Confirmation de réception de mail » (guide §3)."""

from __future__ import annotations

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.forms import Values
from gateway.pages import page
from gateway.seal import Seal
from gateway.services import services
from gateway.web.compte import ADDRESS_COOKIE, blueprint
from gateway.web.compte.formulaire import WITH_SEARCH, is_refresh, typed_values, with_results
from services.chassis.errors import DomainError

SHOWN_AGAIN = (409, 422, 429)
ADDRESS_SECONDS = 2 * 3600  # time to fetch a mail; whoever sits down at the same computer later need not see it


@blueprint.get("/compte/creation")
@entrances.everyone
def creation_form() -> ResponseReturnValue:
    return _form({}, indexed=True)


@blueprint.post("/compte/creation")
@entrances.everyone
def create() -> ResponseReturnValue:
    values = typed_values()
    if is_refresh():
        return _form(values)
    try:
        address = services().accounts.create(values)
    except DomainError as refusal:
        if refusal.http_status not in SHOWN_AGAIN:
            raise
        return _form(values, refusal)
    return _to_confirmation(address)


@blueprint.get("/compte/creation/confirmation")
@entrances.everyone
def confirmation() -> ResponseReturnValue:
    return _confirmation(resent="envoye" in request.args)


@blueprint.post("/compte/creation/confirmation")
@entrances.everyone
def resend() -> ResponseReturnValue:
    """« Je n'ai pas reçu le mail, effectuer un nouvel envoi »; the answer never tells whether the address is known."""
    address = request.form.get("email", "").strip() or _address()
    if not address:
        return _confirmation(problem="Saisissez l'adresse mail de votre compte.", status=422)
    try:
        services().accounts.resend_activation(address)
    except DomainError as refusal:
        if refusal.http_status not in SHOWN_AGAIN:
            raise
        return _confirmation(problem=refusal.detail, status=refusal.http_status, typed=request.form.get("email"))
    return _to_confirmation(address, envoye="oui")


def _form(values: Values, refusal: DomainError | None = None, *, indexed: bool = False) -> ResponseReturnValue:
    errors = refusal.errors if refusal else ()
    return page(
        "compte/templates/creation.html",
        status=refusal.http_status if refusal else 200,
        indexed=indexed,
        form=with_results(services().accounts.creation_form(values), values),
        errors=errors,
        refusal=refusal.detail if refusal and not errors else None,
        with_fields=WITH_SEARCH,
    )


def _to_confirmation(address: str, envoye: str | None = None) -> ResponseReturnValue:
    """The address goes along in a sealed cookie: addresses (URLs) end up in logs and histories."""
    response = redirect(url_for("compte.confirmation", envoye=envoye), code=303)
    visitor.give(response, ADDRESS_COOKIE, _seal().close_text(address, ADDRESS_COOKIE), ADDRESS_SECONDS)
    return response


def _confirmation(
    *, resent: bool = False, problem: str | None = None, status: int = 200, typed: str | None = None
) -> ResponseReturnValue:
    return page(
        "compte/templates/confirmation.html",
        status=status,
        address=_address(),
        resent=resent,
        problem=problem,
        typed=typed,
    )


def _address() -> str | None:
    sealed = visitor.given(ADDRESS_COOKIE)
    return _seal().open_text(sealed, ADDRESS_COOKIE, life_seconds=ADDRESS_SECONDS) if sealed else None


def _seal() -> Seal:
    seal: Seal = current_app.extensions["seal"]
    return seal
