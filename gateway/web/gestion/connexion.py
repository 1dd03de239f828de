"""Logging in to « Espace de gestion » with a second factor, logging out, and what follows an ended session."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import urlencode

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from gateway import access, error_pages
from gateway.pages import render_page
from gateway.posted_forms import shown_here
from gateway.seal import current_seal
from gateway.sessions import staff_member, visitor
from gateway.web.compte.connexion import end_session, opened_session
from gateway.web.gestion import blueprint
from gateway.web_security import SAFE_METHODS
from services.chassis.errors import DomainError, Forbidden, Unauthenticated, Unavailable
from services.chassis.web import problems
from services.contracts import page_labels

STATUSES_SHOWN_HERE = (401, 403, 422, 429)
HOME = "/gestion"
FOR_STAFF_ALONE = f"Ce compte est celui d'un candidat : il n'ouvre pas l'{page_labels.STAFF_PAGES}."
GESTION_PATH = re.compile(r"/gestion(?!/connexion)(?:[/?][!-\[\]-~]*)?")
"""A page of these; nothing that a browser would read as another host."""


@blueprint.get("/connexion")
@access.public
def log_in_page() -> ResponseReturnValue:
    if staff_member.current_if_accounts_answers() is not None:
        return redirect(_gestion_path(request.args.get("suite")))
    return _page(next_url=request.args.get("suite"), ended="fait" in request.args)


@blueprint.post("/connexion")
@access.public
def log_in() -> ResponseReturnValue:
    try:
        login = opened_session(code=re.sub(r"\s", "", request.form.get("code", "")) or None)
    except DomainError as refusal:
        return _refused_page(shown_here(refusal, STATUSES_SHOWN_HERE))
    if not staff_member.set_owner_of(login.session):
        with suppress(DomainError):  # else it ends by itself, unused
            end_session(login.session)
        return _refused_page(Forbidden(FOR_STAFF_ALONE))
    response = _after_log_in(login.subject)
    staff_member.set_session_cookie(response, login.session)
    visitor.set_device_cookie(response, login.device)
    return response


@blueprint.post("/deconnexion")
@access.public
def log_out() -> ResponseReturnValue:
    """Ends the session everywhere. While accounts does not answer, the cookie stays so that it can be tried again."""
    if session := staff_member.session_cookie():
        end_session(session)
    response = redirect("/gestion/connexion", code=303)
    staff_member.forget_session(response)
    return response


@blueprint.post("/session/prolonger")
@access.staff()
def extend() -> ResponseReturnValue:
    """Recognising who is logged in has asked accounts for the session, which counts as activity."""
    return Response(status=204)


@blueprint.errorhandler(Unauthenticated)
def ask_to_log_in(error: Unauthenticated) -> ResponseReturnValue:
    """What was posted after the session had ended waits, encrypted, in the page that asks to log in."""
    if error_pages.wants_problem_details():
        return problems.of_domain_error(error)
    staff_member.set_nobody()
    if request.method in SAFE_METHODS:
        notice = {"fait": "session"} if g.get("ended_subject") else {}
        return redirect(
            f"/gestion/connexion?{urlencode({'suite': error_pages.requested_address(), **notice})}", code=303
        )
    return _page(401, ended=True, sealed=error_pages.sealed_post())


@blueprint.errorhandler(DomainError)
def answer_refusal(error: DomainError) -> ResponseReturnValue:
    """Where a service refuses the access token of an open session, signing keys have changed: the next request has
    another token. Asking to log in would send the browser from page to page without end."""
    if error.http_status == 401:
        staff_member.drop_cached_exchange()
        error = Unavailable("Le portail ne peut pas répondre pour le moment.")
    return error_pages.answer_domain_error(error)


def _refused_page(refusal: DomainError) -> Response:
    return _page(
        next_url=request.form.get("suite"),
        sealed=request.form.get("saisie") or None,
        email=request.form.get("identifiant", ""),
        refusal=refusal,
    )


def _page(
    status: int | None = None,
    *,
    ended: bool = False,
    sealed: str | None = None,
    next_url: str | None = None,
    email: str = "",
    refusal: DomainError | None = None,
) -> Response:
    return render_page(
        "gestion/templates/connexion.html",
        status=status,
        ended=ended,
        sealed=sealed,
        next_url=next_url if next_url and _gestion_path(next_url) == next_url else None,
        email=email.replace("\x00", ""),  # a page cannot hold a NUL
        refusal=refusal,
        errors=(),
    )


def _after_log_in(subject: str) -> BaseResponse:
    sealed = request.form.get("saisie")
    if not sealed:
        return redirect(_gestion_path(request.form.get("suite")), code=303)
    interrupted = current_seal().unseal_post(sealed, subject=subject)
    path = _gestion_path(interrupted.path if interrupted else None)
    return render_page("compte/templates/reprise.html", interrupted=interrupted, path=path)


def _gestion_path(address: str | None) -> str:
    """`address` where it is one of these pages, else their home."""
    return address if address and GESTION_PATH.fullmatch(address) else HOME
