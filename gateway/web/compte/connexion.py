"""« Veuillez vous identifier », and resuming the post that the end of the session interrupted; « Se
déconnecter » and « Rester connecté »; « S'identifier avec FranceConnect »: the way to the provider
and back, which ProConnect's pages share (gestion/connexion.py). What accounts gives for a browser
on its way waits in a cookie of its own.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from gateway import access, cookies
from gateway.asked_again import CONFIRMED, asked_to_confirm
from gateway.clients.base import optional_answer, visitor_source
from gateway.pages import redirect_after_form, render_page
from gateway.posted_forms import shown_here
from gateway.seal import current_seal
from gateway.service_clients import clients
from gateway.sessions import SessionOwner, visitor
from gateway.web.compte import blueprint
from services.chassis.errors import DomainError, found
from services.contracts import problem_types
from services.contracts.api import sessions as api
from services.contracts.api import sign_in
from services.contracts.api.operation import Request
from services.contracts.api.sessions import OpenedSession
from services.contracts.api.sign_in import (
    FRANCECONNECT,
    PROVIDER_PATHS,
    RETURN,
    SignedIn,
    SignIn,
    read_provider_log_out,
)

STATUSES_SHOWN_HERE = (401, 403, 409, 422, 429, 503)
IDENTITY_FIELD = "identite"
LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of this site: nothing that a browser would read as another host (« //… », « /\\\\… »,
control characters)."""
NOTICES = {
    "session": "Votre session est terminée. Identifiez-vous pour continuer.",
    "activation": "Votre compte est activé : vous pouvez vous identifier.",
    "mot-de-passe": (
        "Votre mot de passe est enregistré et toutes vos sessions sont fermées. Identifiez-vous."
    ),
    "adresse": (
        "Votre nouvelle adresse mail est enregistrée : c'est désormais votre identifiant de "
        "connexion. Toutes vos sessions sont fermées : identifiez-vous."
    ),
}
COOKIE_SECONDS = sign_in.ATTEMPT_MINUTES * 60
Refused = Callable[[DomainError], Response]


@blueprint.get("/connexion", who=access.PUBLIC)
def log_in_page() -> ResponseReturnValue:
    if visitor.current_if_accounts_answers() is not None and "fait" not in request.args:
        return redirect(local_path(request.args.get("suite")))
    return login_page(
        next_url=request.args.get("suite"), notice=NOTICES.get(request.args.get("fait", ""))
    )


@blueprint.post("/connexion", who=access.PUBLIC)
def log_in() -> ResponseReturnValue:
    try:
        login = opened_session()
    except DomainError as refusal:
        shown = shown_here(refusal, STATUSES_SHOWN_HERE)
        # the browser may hold somebody else's session: the page is not to show their name
        visitor.set_nobody()
        return login_page(refusal=shown)
    visitor.set_owner_of(login.session)
    return _with_session(answer_after_log_in(login.subject, local_path), visitor, login)


def login_page(
    *,
    status: int | None = None,
    notice: str | None = None,
    refusal: DomainError | None = None,
    **asked: Any,
) -> Response:
    """`asked`: as for log_in_form; an identity is of FranceConnect, and no account has it yet."""
    return render_page(
        "compte/templates/connexion.html",
        status=status,
        indexed=not asked.get("ended") and not asked.get("next_url"),
        notice=notice,
        not_activated=refusal is not None and refusal.slug == problem_types.NOT_ACTIVATED.slug,
        creation=refusal.extra.get("creation") if refusal else None,
        **log_in_form(local_path, refusal, **asked),
    )


def log_in_form(
    path_of: Callable[[str | None], str],
    refusal: DomainError | None,
    *,
    ended: bool = False,
    sealed: str | None = None,
    next_url: str | None = None,
    identity: str | None = None,
) -> dict[str, Any]:
    """What both pages that ask to log in show, after a refusal with what was posted; `path_of`
    gives the address where it is a page of theirs. `ended`: the session has ended; `sealed`: what
    was posted after that, encrypted (gateway/seal.py); `next_url`: where to go after log-in;
    `identity`: of a provider, sealed."""
    if refusal:
        sealed = request.form.get("saisie") or None
        next_url = request.form.get("suite")
    return {
        "ended": ended,
        "sealed": sealed,
        "next_url": next_url if next_url and path_of(next_url) == next_url else None,
        "email": (
            request.form.get("identifiant", "").replace("\x00", "") if refusal else ""
        ),  # a page cannot hold a NUL
        "identity": identity or posted_identity(),
        "refusal": refusal,
        "errors": (),
    }


def local_path(address: str | None) -> str:
    """`address` where it is a path of this site, else the home page."""
    return (
        address
        if address and LOCAL_PATH.fullmatch(address) and not address.startswith("/connexion")
        else "/"
    )


def answer_after_log_in(subject: str, path_of: Callable[[str | None], str]) -> Response:
    """Goes on to the page that was asked for. A post that was interrupted is not repeated
    automatically: one sees a page and presses its button."""
    sealed = request.form.get("saisie")
    if not sealed:
        return redirect_after_form(path_of(request.form.get("suite")))
    interrupted = current_seal().unseal_post(sealed, subject=subject)
    path = path_of(interrupted.path if interrupted else None)
    return render_page("compte/templates/reprise.html", interrupted=interrupted, path=path)


@blueprint.post("/deconnexion", who=access.PUBLIC)
def log_out() -> ResponseReturnValue:
    return log_out_of(visitor, "/?fait=deconnexion")


@blueprint.post("/session/prolonger", who=access.CANDIDATE)
def extend() -> ResponseReturnValue:
    """Nothing more to do: identifying the visitor has exchanged the session at accounts, which
    counts as activity."""
    return "", 204


def posted_identity() -> str | None:
    """Of a provider, sealed, which the form joins to an account."""
    return request.form.get(IDENTITY_FIELD) or None


def opened_session(code: str | None = None) -> api.OpenedSession:
    """Logs in by the posted form; `code`: of the second factor of a gestionnaire or
    administrateur."""
    sent = {
        "email": request.form.get("identifiant", ""),
        "password": request.form.get("password", ""),
        "device": visitor.device_cookie(),
        "source": visitor_source(),
        "code": code,
        "identity": posted_identity(),
    }
    return clients().call(api.log_in(body=sent))


def end_session(session: str) -> None:
    clients().call(api.log_out(body={"session": session}))


def log_out_of(people: SessionOwner, back: str) -> Response:
    """Ends the session everywhere, then with the provider that it was opened with: through its
    page, since a form's own redirect would not be followed to another site (form-action). If
    accounts does not answer, the cookie stays, so that it can be tried again."""
    session = people.session_cookie()
    address = None
    if session:
        end_session(session)
        address = optional_answer(
            lambda: clients().call(read_provider_log_out(body={"session": session})).address, None
        )
    people.set_nobody()
    response: Response = redirect(back, code=303)
    if address:
        response = render_page(
            "layout/error_page.html",
            page_title="Vous êtes déconnecté du portail",
            lead="La déconnexion du service qui vous a identifié suit.",
            links=[{"label": "Continuer", "url": address}],
        )
        response.headers["Refresh"] = f"0; url={address}"
    return people.forget_session(response)


@blueprint.get(PROVIDER_PATHS[FRANCECONNECT], who=access.PUBLIC)
def go_to_franceconnect() -> ResponseReturnValue:
    beginning = sign_in.begin_sign_in(body={"provider": FRANCECONNECT})
    return leave_for(beginning, local_path(request.args.get("suite")), _refused)


@blueprint.get(PROVIDER_PATHS[FRANCECONNECT] + RETURN, who=access.PUBLIC)
def come_back_from_franceconnect() -> ResponseReturnValue:
    return come_back(
        FRANCECONNECT, visitor, lambda signed_in, path: _choose_account(signed_in), _refused
    )


@blueprint.get(f"{PROVIDER_PATHS[FRANCECONNECT]}/confirmation", who=access.CANDIDATE)
def confirm_with_franceconnect() -> ResponseReturnValue:
    """« Confirmer avec FranceConnect », for the act of a page (gateway/asked_again.py)."""
    act, path = found(asked_to_confirm())
    beginning = sign_in.begin_sign_in(
        body={
            "provider": FRANCECONNECT,
            "act": act,
            "session": visitor.session_cookie() or "",
        }
    )
    return leave_for(beginning, path + CONFIRMED, lambda refusal: _not_confirmed(refusal, path))


def leave_for(beginning: Request[SignIn], path: str, refused: Refused) -> Response:
    """Send the browser to the provider where `beginning` begins; it comes back to `path` in the
    end."""
    try:
        begun = clients().call(beginning)
    except DomainError as refusal:
        return refused(refusal)
    response = redirect(begun.address)
    on_its_way = current_seal().seal_text(
        json.dumps([begun.attempt, path]), cookies.PROVIDER_COOKIE
    )
    cookies.set_cookie(response, cookies.PROVIDER_COOKIE, on_its_way, COOKIE_SECONDS)
    return response


def come_back(
    provider: str,
    people: SessionOwner,
    unknown: Callable[[SignedIn, str], Response],
    refused: Refused,
) -> Response:
    """Logs in who is known, or has confirmed an act, and goes on; `unknown` makes the page of who
    is not, or gives a code first. The cookie serves once."""
    on_its_way = current_seal().unseal_text(
        cookies.read_cookie(cookies.PROVIDER_COOKIE) or "",
        cookies.PROVIDER_COOKIE,
        life_seconds=COOKIE_SECONDS,
    )
    attempt, path = json.loads(on_its_way) if on_its_way else ("", "")
    session = people.session_cookie() if path.endswith(CONFIRMED) else None
    sent = {
        "provider": provider,
        "attempt": attempt,
        "session": session or "",
        "device": visitor.device_cookie(),
    }
    sent |= {
        "issuer": request.args.get("iss", ""),
        **{name: request.args.get(name, "") for name in ("state", "code")},
    }
    try:
        signed_in = clients().call(sign_in.finish_sign_in(body=sent))
        if signed_in.confirmed:
            response = redirect(path, code=303)
        else:
            opened = signed_in.opened
            page = redirect(path, code=303)
            response = _with_session(page, people, opened) if opened else unknown(signed_in, path)
    except DomainError as refusal:
        response = (
            _not_confirmed(refusal, path.removesuffix(CONFIRMED)) if session else refused(refusal)
        )
    cookies.delete_cookie(response, cookies.PROVIDER_COOKIE)
    return response


def _with_session(response: Response, people: SessionOwner, opened: OpenedSession) -> Response:
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
