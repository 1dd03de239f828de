"""« Clés d'accès » (passkeys) of a member of staff: listed, added with a fresh code, removed; and what a browser
asks for before it uses or makes one."""

from flask import Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_here
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.compte import OWN_ACCOUNT, STATUSES_SHOWN_HERE, own_account
from services.chassis.errors import DomainError
from services.contracts.api import passkeys as api

DONE_SENTENCES = {
    "ajout": "Votre clé d'accès est en service.",
    "retrait": "La clé d'accès est retirée : elle ne sert plus.",
}


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
def add_passkey() -> ResponseReturnValue:
    try:
        staff_member.call(api.add_passkey, body={name: posted_text(name) for name in ("name", "passkey", "code")})
    except DomainError as refusal:
        return list_passkeys(shown_here(refusal, STATUSES_SHOWN_HERE))
    return redirect(url_for("gestion.list_passkeys", fait="ajout"), code=303)


@blueprint.post("/compte/cles-d-acces/<passkey_id>/retrait", who=access.staff(OWN_ACCOUNT))
def remove_passkey(passkey_id: str) -> ResponseReturnValue:
    try:
        staff_member.call(api.remove_passkey, passkey_id=passkey_id)
    except DomainError as refusal:
        return list_passkeys(shown_here(refusal, STATUSES_SHOWN_HERE))
    return redirect(url_for("gestion.list_passkeys", fait="retrait"), code=303)


@blueprint.post("/cles-d-acces", who=access.PUBLIC)
def prepare_passkey() -> Response:
    """For the script alone; at a log-in nobody is known yet."""
    sent = {"purpose": posted_text("pour"), "session": staff_member.session_cookie() or ""}
    return jsonify(clients().call(api.prepare_passkey, is_for_staff=True, body=sent).options)
