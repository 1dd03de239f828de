"""« Formulaire de création », then « Confirmation de réception de mail » (guide §3); and what the
modification of an account shares: reading the form, searching the commune of birth."""

import json
from typing import Any, cast

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access, cookies
from gateway.clients.base import visitor_source
from gateway.mail_domains import corrected_address
from gateway.pages import redirect_after_form, render_page
from gateway.posted_forms import Values, posted_answers, shown_here
from gateway.seal import current_seal, may_be_kept
from gateway.service_clients import clients
from gateway.web.compte import blueprint
from gateway.web.compte.connexion import IDENTITY_FIELD, posted_identity
from gateway.web.inscription.refus import differing_lines
from services.chassis.errors import DomainError
from services.contracts.account_rules import ACTIVATION_HOURS, MAX_CREATION_LENGTH
from services.contracts.api import visitors as api
from services.contracts.api.forms import Form, Suggestions
from services.contracts.api.visitors import Created, fill_form, search_communes

STATUSES_SHOWN_HERE = (409, 422, 429, 503)
LONGEST_SEALED = (
    3900  # bytes: browsers drop a cookie that is longer than 4096 with its name and attributes
)
ADDRESS_COOKIE_SECONDS = 2 * 3600  # time to fetch a mail; short because of shared computers
SENT_WITH_SEARCH = ("departement_naissance",)
"""Other fields that the script sends along with the words searched."""


@blueprint.get("/compte/creation", who=access.PUBLIC)
def creation_form() -> ResponseReturnValue:
    """« Recommencez la création » comes back to what was typed, « corrigee » with the address
    meant."""
    if "reprise" not in request.args:
        return _form({}, indexed=True)
    created, values = _asked_lately()
    if (
        request.args["reprise"] == "corrigee"
        and created
        and (meant := corrected_address(created.email))
    ):
        values |= {"email": meant, "email_confirmation": meant}
    return _form(values)


@blueprint.post("/compte/creation", who=access.PUBLIC)
def create() -> ResponseReturnValue:
    values = posted_answers()
    values.pop(IDENTITY_FIELD, None)
    if is_refresh():
        return _form(values)
    try:
        sent = {"values": values, "source": visitor_source(), "identity": posted_identity()}
        created = clients().call(api.create_account(body=sent))
    except DomainError as refusal:
        return _form(values, shown_here(refusal, STATUSES_SHOWN_HERE))
    return _redirect_to_confirmation(created, values)


@blueprint.get("/compte/creation/confirmation", who=access.PUBLIC)
def confirmation(
    problem: str | None = None, *, status: int = 200, email: str | None = None
) -> ResponseReturnValue:
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
    """« Je n'ai pas reçu le mail, effectuer un nouvel envoi »; the answer never tells whether the
    address is known."""
    email = request.form.get("email", "").strip()
    creation = request.form.get("creation", "")[:MAX_CREATION_LENGTH]
    asked, typed = _asked_lately()
    created = Created(email=email, creation=creation) if email else asked
    if created is None:
        return confirmation("Saisissez l'adresse mail de votre compte.", status=422)
    try:
        sent = {"email": created.email, "creation": created.creation or None}
        clients().call(api.resend_activation(body=sent))
    except DomainError as refusal:
        shown = shown_here(refusal, STATUSES_SHOWN_HERE)
        return confirmation(shown.detail, status=shown.http_status, email=request.form.get("email"))
    return _redirect_to_confirmation(created, typed, envoye="oui")


def _form(
    values: Values, refusal: DomainError | None = None, *, indexed: bool = False
) -> ResponseReturnValue:
    return render_page(
        "compte/templates/creation.html",
        refusal=refusal,
        indexed=indexed,
        identity=posted_identity(),
        form=with_search_results(filled_creation_form(values, posted_identity()), values),
        with_fields=SENT_WITH_SEARCH,
    )


def _redirect_to_confirmation(
    created: Created, typed: Values, envoye: str | None = None
) -> ResponseReturnValue:
    """With what was typed in an encrypted cookie: URLs end up in logs and browsing histories."""
    response = redirect_after_form(url_for("compte.confirmation", envoye=envoye))
    kept = {name: value for name, value in typed.items() if may_be_kept(name)}
    cookies.set_cookie(
        response, cookies.ADDRESS_COOKIE, _sealed(created, kept), ADDRESS_COOKIE_SECONDS
    )
    return response


def _sealed(created: Created, typed: Values) -> str:
    """Without what was typed where a browser would drop all of it."""
    text = json.dumps([created.email, created.creation, typed])
    sealed = current_seal().seal_text(text, cookies.ADDRESS_COOKIE)
    return sealed if len(sealed) <= LONGEST_SEALED or not typed else _sealed(created, {})


def _asked_lately() -> tuple[Created | None, Values]:
    """The account that this browser asked for within ADDRESS_COOKIE_SECONDS, and what was typed for
    it."""
    sealed = cookies.read_cookie(cookies.ADDRESS_COOKIE) or ""
    text = current_seal().unseal_text(
        sealed, cookies.ADDRESS_COOKIE, life_seconds=ADDRESS_COOKIE_SECONDS
    )
    if not text or not text.startswith("["):  # the version before kept the address and the id alone
        return None, {}
    email, creation, typed = json.loads(text)
    return Created(email=email, creation=creation), typed


@blueprint.get("/compte/communes", who=access.PUBLIC)
def communes() -> ResponseReturnValue:
    """Suggestions for the commune of birth: {"options": [{"value", "label"}], "advice"}."""
    return jsonify(
        _communes(request.args.get("departement_naissance", ""), request.args.get("q", ""))
    )


def filled_creation_form(values: Values, identity: str | None = None) -> Form:
    """The form for `values` as typed. `identity`: of FranceConnect, which fills the civil
    status."""
    return clients().call(fill_form(body={"values": values, "identity": identity}))


def is_refresh() -> bool:
    """« Actualiser » or « Rechercher » was pressed: the form is shown again, nothing is checked."""
    return "rechercher" in request.form or request.form.get("action") == "stay"


def with_search_results(form: Form, values: Values) -> Form:
    """`form` with the communes found for the words typed, where « Rechercher » was pressed."""
    searched = request.form.get("rechercher")
    if not searched:
        return form
    words = str(values.get(f"{searched}-texte", ""))
    suggestions = _communes(str(values.get("departement_naissance", "")), words)
    results = {"results": suggestions.options, "advice": suggestions.advice, "display": words}
    for field in (field for section in form["sections"] for field in section["fields"]):
        if field["name"] == searched:
            cast(dict[str, Any], field).update(results)
    return form


def both_inputs(typed: Form, saved: Form) -> dict[str, Any]:
    """The lines in which two forms of a civil status differ, for `both_inputs` of
    components/summary_list.html."""
    ours, theirs = (
        {field["name"]: field for section in form["sections"] for field in section["fields"]}
        for form in (typed, saved)
    )
    posted, saved_values = (
        {name: field["value"] or "" for name, field in each.items() if "confirmation" not in name}
        for each in (ours, theirs)
    )
    saved_lines = differing_lines({**ours, **theirs}, saved_values, posted)
    return {
        "posted_lines": differing_lines({**theirs, **ours}, posted, saved_values),
        "saved_lines": saved_lines,
    }


def _communes(departement: str, words: str) -> Suggestions:
    query = {"departement": departement[:3], "q": words[:100]}
    return clients().call(search_communes(query=query))
