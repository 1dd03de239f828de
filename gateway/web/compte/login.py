"""« Veuillez vous identifier », and taking up again what a dead session had interrupted."""

from __future__ import annotations

import re

from flask import current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from gateway import entrances, visitor
from gateway.clients.accounts import Login
from gateway.pages import page
from gateway.seal import Interrupted, Seal
from gateway.services import services
from gateway.web.compte import ADDRESS_COOKIE, blueprint
from services.chassis.errors import DomainError
from services.contracts import problem_types

REFUSED_HERE = (401, 403, 422, 429)
DEVICE_LENGTH = 200
LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of ours: no other host, nothing that a browser would read as one (« //… », « /\\\\… », control characters)."""
SAID = {
    "session": "Votre session est terminée. Identifiez-vous pour continuer.",
    "activation": "Votre compte est activé : vous pouvez vous identifier.",
    "mot-de-passe": "Votre mot de passe est enregistré et toutes vos sessions sont fermées. Identifiez-vous.",
    "adresse": "Votre nouvelle adresse mail est enregistrée : c'est désormais votre identifiant de connexion. "
    "Toutes vos sessions sont fermées : identifiez-vous.",
}


@blueprint.get("/connexion")
@entrances.everyone
def log_in_page() -> ResponseReturnValue:
    if visitor.if_known() is not None and "fait" not in request.args:
        return redirect(local_path(request.args.get("suite")))
    return login_page(suite=request.args.get("suite"), said=SAID.get(request.args.get("fait", "")))


@blueprint.post("/connexion")
@entrances.everyone
def log_in() -> ResponseReturnValue:
    try:
        login = services().accounts.log_in(
            request.form.get("identifiant", ""),
            request.form.get("password", ""),
            device=_device(),
            source=request.remote_addr or "",
        )
    except DomainError as refusal:
        if refusal.http_status not in REFUSED_HERE:
            raise
        return _refused(refusal)
    response = _entered(login)
    visitor.remember(response, login.session, login.device)
    visitor.take_away(response, ADDRESS_COOKIE)
    return response


def login_page(
    ended: bool = False,
    sealed: str | None = None,
    status: int = 200,
    *,
    suite: str | None = None,
    said: str | None = None,
    identifiant: str = "",
    refusal: DomainError | None = None,
) -> Response:
    """The log-in page. `ended` says that the session is over, `sealed` is what its last post held (gateway/seal.py)."""
    return page(
        "compte/templates/connexion.html",
        status=status,
        indexed=not ended and not suite,
        ended=ended,
        sealed=sealed,
        suite=suite if suite and local_path(suite) == suite else None,
        said=said,
        identifiant=identifiant.replace("\x00", ""),  # no page can hold it
        refusal=refusal.detail if refusal else None,
        not_activated=refusal is not None and refusal.slug == problem_types.NOT_ACTIVATED.slug,
        creation=refusal.extra.get("creation") if refusal else None,
    )


def local_path(suite: str | None) -> str:
    """`suite` where it is a path of this site, else the home page."""
    return suite if suite and LOCAL_PATH.fullmatch(suite) and not suite.startswith("/connexion") else "/"


def _refused(refusal: DomainError) -> ResponseReturnValue:
    g.visitor = None  # a browser may still hold someone's session: this page is about the one who tries
    response = login_page(
        sealed=request.form.get("saisie") or None,
        status=refusal.http_status,
        suite=request.form.get("suite"),
        identifiant=request.form.get("identifiant", ""),
        refusal=refusal,
    )
    if retry_after := refusal.extra.get("retry_after"):
        response.headers["Retry-After"] = str(retry_after)
    return response


def _entered(login: Login) -> Response:
    visitor.enter(login.session)
    sealed = request.form.get("saisie")
    if not sealed:
        return redirect(local_path(request.form.get("suite")), code=303)
    seal: Seal = current_app.extensions["seal"]
    interrupted = seal.open(sealed, subject=login.subject) if login.subject else None
    return _taken_up(interrupted)


def _taken_up(interrupted: Interrupted | None) -> Response:
    """Nothing is sent again by itself: the candidate sees that it is his, and presses."""
    path = local_path(interrupted.path) if interrupted else "/"
    return page("compte/templates/reprise.html", interrupted=interrupted, path=path)


def _device() -> str | None:
    device = visitor.device_cookie()
    return device if device and len(device) <= DEVICE_LENGTH else None
