"""« Formulaire de création », then « Confirmation de réception de mail » (guide §3)."""

import json

from flask import request, url_for
from flask.typing import ResponseReturnValue

from gateway import access, cookies
from gateway.clients.base import visitor_source
from gateway.mail_domains import corrected_address
from gateway.pages import redirect_after_form, render_page
from gateway.posted_forms import Values, posted_answers, shown_here
from gateway.seal import current_seal, may_be_kept
from gateway.service_clients import clients
from gateway.web.compte import blueprint
from gateway.web.compte.account_form import SENT_WITH_SEARCH, filled_creation_form, is_refresh, with_search_results
from gateway.web.compte.connexion import IDENTITY_FIELD, posted_identity
from services.chassis.errors import DomainError
from services.contracts.account_rules import ACTIVATION_HOURS, MAX_CREATION_LENGTH
from services.contracts.api import visitors as api
from services.contracts.api.visitors import Created

STATUSES_SHOWN_HERE = (409, 422, 429, 503)
LONGEST_SEALED = 3900  # bytes: browsers drop a cookie that is longer than 4096 with its name and attributes
ADDRESS_COOKIE_SECONDS = 2 * 3600  # time to fetch a mail; short because of shared computers


@blueprint.get("/compte/creation", who=access.PUBLIC)
def creation_form() -> ResponseReturnValue:
    """« Recommencez la création » comes back to what was typed, « corrigee » with the address meant."""
    if "reprise" not in request.args:
        return _form({}, indexed=True)
    created, values = _asked_lately()
    if request.args["reprise"] == "corrigee" and created and (meant := corrected_address(created.email)):
        values |= {"email": meant, "email_confirmation": meant}
    return _form(values)


@blueprint.post("/compte/creation", who=access.PUBLIC)
def create() -> ResponseReturnValue:
    values, identity = posted_answers(), posted_identity()
    values.pop(IDENTITY_FIELD, None)
    if is_refresh():
        return _form(values)
    try:
        sent = {"values": values, "source": visitor_source(), "identity": identity}
        created = clients().call(api.create_account, body=sent)
    except DomainError as refusal:
        return _form(values, shown_here(refusal, STATUSES_SHOWN_HERE))
    return _redirect_to_confirmation(created, values)


@blueprint.get("/compte/creation/confirmation", who=access.PUBLIC)
def confirmation(problem: str | None = None, *, status: int = 200, email: str | None = None) -> ResponseReturnValue:
    created, typed = _asked_lately()
    address = created.email if created else None
    return render_page(
        "compte/templates/confirmation.html",
        status=status,
        address=address,
        meant=corrected_address(address or ""),
        is_kept=bool(typed),
        activation_hours=ACTIVATION_HOURS,
        resent="envoye" in request.args,
        problem=problem,
        email=email,
    )


@blueprint.post("/compte/creation/confirmation", who=access.PUBLIC)
def resend() -> ResponseReturnValue:
    """« Je n'ai pas reçu le mail, effectuer un nouvel envoi »; the answer never tells whether the address is known."""
    email = request.form.get("email", "").strip()
    creation = request.form.get("creation", "")[:MAX_CREATION_LENGTH]
    asked, typed = _asked_lately()
    created = Created(email=email, creation=creation) if email else asked
    if created is None:
        return confirmation("Saisissez l'adresse mail de votre compte.", status=422)
    try:
        sent = {"email": created.email, "creation": created.creation or None}
        clients().call(api.resend_activation, body=sent)
    except DomainError as refusal:
        shown = shown_here(refusal, STATUSES_SHOWN_HERE)
        return confirmation(shown.detail, status=shown.http_status, email=request.form.get("email"))
    return _redirect_to_confirmation(created, typed, envoye="oui")


def _form(values: Values, refusal: DomainError | None = None, *, indexed: bool = False) -> ResponseReturnValue:
    return render_page(
        "compte/templates/creation.html",
        refusal=refusal,
        indexed=indexed,
        identity=posted_identity(),
        form=with_search_results(filled_creation_form(values, posted_identity()), values),
        with_fields=SENT_WITH_SEARCH,
    )


def _redirect_to_confirmation(created: Created, typed: Values, envoye: str | None = None) -> ResponseReturnValue:
    """The mail address and what was typed are passed in an encrypted cookie: URLs end up in logs and browsing
    histories."""
    response = redirect_after_form(url_for("compte.confirmation", envoye=envoye))
    kept = {name: value for name, value in typed.items() if may_be_kept(name)}
    cookies.set_cookie(response, cookies.ADDRESS_COOKIE, _sealed(created, kept), ADDRESS_COOKIE_SECONDS)
    return response


def _sealed(created: Created, typed: Values) -> str:
    """Without what was typed where a browser would drop all of it."""
    text = json.dumps([created.email, created.creation, typed])
    sealed = current_seal().seal_text(text, cookies.ADDRESS_COOKIE)
    return sealed if len(sealed) <= LONGEST_SEALED or not typed else _sealed(created, {})


def _asked_lately() -> tuple[Created | None, Values]:
    """The account that this browser asked for within ADDRESS_COOKIE_SECONDS, and what was typed for it."""
    sealed = cookies.read_cookie(cookies.ADDRESS_COOKIE) or ""
    text = current_seal().unseal_text(sealed, cookies.ADDRESS_COOKIE, life_seconds=ADDRESS_COOKIE_SECONDS)
    if not text or not text.startswith("["):  # the version before kept the address and the id alone
        return None, {}
    email, creation, typed = json.loads(text)
    return Created(email=email, creation=creation), typed
