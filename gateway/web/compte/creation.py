"""« Formulaire de création », then « Confirmation de réception de mail » (guide §3)."""

from __future__ import annotations

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.accounts import Created
from gateway.clients.forms import Values
from gateway.pages import page
from gateway.seal import Seal
from gateway.services import services
from gateway.web.compte import ADDRESS_COOKIE, blueprint
from gateway.web.compte.formulaire import WITH_SEARCH, is_refresh, typed_values, with_results
from services.chassis.errors import DomainError

SHOWN_AGAIN = (409, 422, 429)
CREATION_LENGTH = 32  # what accounts takes; anything longer names none of its creations
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
        created = services().accounts.create(values, source=request.remote_addr or "")
    except DomainError as refusal:
        if refusal.http_status not in SHOWN_AGAIN:
            raise
        return _form(values, refusal)
    return _to_confirmation(created)


@blueprint.get("/compte/creation/confirmation")
@entrances.everyone
def confirmation() -> ResponseReturnValue:
    return _confirmation(resent="envoye" in request.args)


@blueprint.post("/compte/creation/confirmation")
@entrances.everyone
def resend() -> ResponseReturnValue:
    """« Je n'ai pas reçu le mail, effectuer un nouvel envoi »; the answer never tells whether the address is known."""
    typed = request.form.get("email", "").strip()
    created = Created(typed, request.form.get("creation", "")[:CREATION_LENGTH]) if typed else _created()
    if created is None:
        return _confirmation(problem="Saisissez l'adresse mail de votre compte.", status=422)
    try:
        services().accounts.resend_activation(created.email, created.creation or None)
    except DomainError as refusal:
        if refusal.http_status not in SHOWN_AGAIN:
            raise
        return _confirmation(problem=refusal.detail, status=refusal.http_status, typed=request.form.get("email"))
    return _to_confirmation(created, envoye="oui")


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


def _to_confirmation(created: Created, envoye: str | None = None) -> ResponseReturnValue:
    """The address goes along in a sealed cookie: addresses (URLs) end up in logs and histories."""
    response = redirect(url_for("compte.confirmation", envoye=envoye), code=303)
    sealed = _seal().close_text(f"{created.email}\n{created.creation}", ADDRESS_COOKIE)
    visitor.give(response, ADDRESS_COOKIE, sealed, ADDRESS_SECONDS)
    return response


def _confirmation(
    *, resent: bool = False, problem: str | None = None, status: int = 200, typed: str | None = None
) -> ResponseReturnValue:
    return page(
        "compte/templates/confirmation.html",
        status=status,
        address=created.email if (created := _created()) else None,
        resent=resent,
        problem=problem,
        typed=typed,
    )


def _created() -> Created | None:
    """What this browser asked for lately."""
    sealed = visitor.given(ADDRESS_COOKIE)
    text = _seal().open_text(sealed, ADDRESS_COOKIE, life_seconds=ADDRESS_SECONDS) if sealed else None
    if not text:
        return None
    email, _, creation = text.partition("\n")
    return Created(email, creation)


def _seal() -> Seal:
    seal: Seal = current_app.extensions["seal"]
    return seal
