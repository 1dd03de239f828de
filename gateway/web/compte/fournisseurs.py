"""« S'identifier avec FranceConnect »: the way to the provider and back, which ProConnect's pages share
(gestion/connexion.py). What accounts gives for a browser on its way waits in a cookie of its own.
"""

import json
from collections.abc import Callable

from flask import redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from gateway import access, cookies
from gateway.asked_again import CONFIRMED, asked_to_confirm
from gateway.pages import render_page
from gateway.posted_forms import shown_here
from gateway.seal import current_seal
from gateway.service_clients import clients
from gateway.sessions import SessionOwner, visitor
from gateway.web.compte import blueprint
from gateway.web.compte.connexion import STATUSES_SHOWN_HERE, local_path, login_page
from services.chassis.errors import DomainError, found
from services.contracts.api import sign_in as api
from services.contracts.api.sessions import OpenedSession
from services.contracts.api.sign_in import FRANCECONNECT, PROVIDER_PATHS, RETURN, SignedIn

COOKIE_SECONDS = api.ATTEMPT_MINUTES * 60
Refused = Callable[[DomainError], Response]


@blueprint.get(PROVIDER_PATHS[FRANCECONNECT], who=access.PUBLIC)
def go_to_franceconnect() -> ResponseReturnValue:
    return leave_for(FRANCECONNECT, local_path(request.args.get("suite")), _refused)


@blueprint.get(PROVIDER_PATHS[FRANCECONNECT] + RETURN, who=access.PUBLIC)
def come_back_from_franceconnect() -> ResponseReturnValue:
    return come_back(FRANCECONNECT, visitor, lambda signed_in, path: _choose_account(signed_in), _refused)


@blueprint.get(f"{PROVIDER_PATHS[FRANCECONNECT]}/confirmation", who=access.CANDIDATE)
def confirm_with_franceconnect() -> ResponseReturnValue:
    """« Confirmer avec FranceConnect », for the act of a page (gateway/asked_again.py)."""
    act, path = found(asked_to_confirm())
    confirming = {"act": act, "session": visitor.session_cookie() or ""}
    return leave_for(FRANCECONNECT, path + CONFIRMED, lambda refusal: _not_confirmed(refusal, path), **confirming)


def leave_for(provider: str, path: str, refused: Refused, **confirming: str) -> Response:
    """To the provider, to come back to `path` in the end. `confirming`: an act, and the session."""
    try:
        begun = clients().call(api.begin_sign_in, body={"provider": provider, **confirming})
    except DomainError as refusal:
        return refused(refusal)
    response = redirect(begun.address)
    on_its_way = current_seal().seal_text(json.dumps([begun.attempt, path]), cookies.PROVIDER_COOKIE)
    cookies.set_cookie(response, cookies.PROVIDER_COOKIE, on_its_way, COOKIE_SECONDS)
    return response


def come_back(
    provider: str, people: SessionOwner, unknown: Callable[[SignedIn, str], Response], refused: Refused
) -> Response:
    """Logs in who is known, or has confirmed an act, and goes on; `unknown` makes the page of who is not, or gives a
    code first. The cookie serves once."""
    on_its_way = current_seal().unseal_text(
        cookies.read_cookie(cookies.PROVIDER_COOKIE) or "", cookies.PROVIDER_COOKIE, life_seconds=COOKIE_SECONDS
    )
    attempt, path = json.loads(on_its_way) if on_its_way else ("", "")
    session = people.session_cookie() if path.endswith(CONFIRMED) else None
    sent = {"provider": provider, "attempt": attempt, "session": session or "", "device": visitor.device_cookie()}
    sent |= {"issuer": request.args.get("iss", ""), **{name: request.args.get(name, "") for name in ("state", "code")}}
    try:
        signed_in = clients().call(api.finish_sign_in, body=sent)
        if signed_in.confirmed:
            response = redirect(path, code=303)
        else:
            response = _opened(signed_in.opened, people, path) if signed_in.opened else unknown(signed_in, path)
    except DomainError as refusal:
        response = _not_confirmed(refusal, path.removesuffix(CONFIRMED)) if session else refused(refusal)
    cookies.delete_cookie(response, cookies.PROVIDER_COOKIE)
    return response


def _opened(opened: OpenedSession, people: SessionOwner, path: str) -> Response:
    response = redirect(path, code=303)
    people.set_session_cookie(response, opened.session)
    visitor.set_device_cookie(response, opened.device)
    cookies.delete_cookie(response, cookies.ADDRESS_COOKIE)
    return response


def _choose_account(signed_in: SignedIn) -> Response:
    """To create an account with this identity, or to join it to the one that its owner has."""
    visitor.set_nobody()
    return login_page(identity=signed_in.identity)


def _not_confirmed(refusal: DomainError, page: str) -> Response:
    return render_page(
        "layout/error_page.html",
        refusal=refusal,
        errors=(),
        page_title="Votre identité n'est pas confirmée",
        lead=refusal.detail,
        links=[{"label": "Revenir à la page", "url": page}],
    )


def _refused(refusal: DomainError) -> Response:
    visitor.set_nobody()
    return login_page(refusal=shown_here(refusal, STATUSES_SHOWN_HERE))
