"""Logging in to « Espace de gestion » with a second factor, and logging out."""

import re
from contextlib import suppress
from typing import Any

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import shown_here
from gateway.sessions import staff_member, visitor
from gateway.web.compte.connexion import (
    STATUSES_SHOWN_HERE,
    answer_after_log_in,
    come_back,
    end_session,
    leave_for,
    log_in_form,
    log_out_of,
    opened_session,
    posted_identity,
)
from gateway.web.gestion import blueprint, compte
from services.chassis.errors import DomainError, Forbidden
from services.contracts import page_labels
from services.contracts.api.sign_in import PROCONNECT, RETURN, SignedIn, begin_sign_in

INVITATIONS = "/gestion/invitation/"
HOME = "/gestion"
FOR_STAFF_ALONE = f"Ce compte est celui d'un candidat : il n'ouvre pas l'{page_labels.STAFF_PAGES}."
GESTION_PATH = re.compile(r"/gestion(?!/connexion)(?:[/?][!-\[\]-~]*)?")
"""A page of these; nothing that a browser would read as another host."""


@blueprint.get("/connexion", who=access.PUBLIC)
def log_in_page() -> ResponseReturnValue:
    if staff_member.current_if_accounts_answers() is not None:
        return redirect(_gestion_path(request.args.get("suite")))
    return staff_login_page(next_url=request.args.get("suite"), ended="fait" in request.args)


@blueprint.post("/connexion", who=access.PUBLIC)
def log_in() -> ResponseReturnValue:
    try:
        login = opened_session(code=re.sub(r"\s", "", request.form.get("code", "")) or None)
    except DomainError as refusal:
        return staff_login_page(refusal=shown_here(refusal, STATUSES_SHOWN_HERE))
    if not staff_member.set_owner_of(login.session):
        with suppress(DomainError):  # else it ends by itself, unused
            end_session(login.session)
        return staff_login_page(refusal=Forbidden(FOR_STAFF_ALONE))
    response = answer_after_log_in(login.subject, _gestion_path)
    staff_member.set_session_cookie(response, login.session)
    visitor.set_device_cookie(response, login.device)
    return response


@blueprint.post("/deconnexion", who=access.PUBLIC)
def log_out() -> ResponseReturnValue:
    return log_out_of(staff_member, "/gestion/connexion")


@blueprint.get("/connexion/proconnect", who=access.PUBLIC)
def go_to_proconnect() -> ResponseReturnValue:
    """From the page of an invitation it comes back there."""
    beginning = begin_sign_in(body={"provider": PROCONNECT})
    return leave_for(beginning, _gestion_path(request.args.get("suite")), _refused)


@blueprint.get(f"/connexion/proconnect{RETURN}", who=access.PUBLIC)
def come_back_from_proconnect() -> ResponseReturnValue:
    return come_back(PROCONNECT, staff_member, _unknown, _refused)


def _unknown(signed_in: SignedIn, path: str) -> Response:
    staff_member.set_nobody()
    if not signed_in.asks_code and path.startswith(INVITATIONS):
        return compte.open_invitation(path.removeprefix(INVITATIONS), signed_in.identity)
    return staff_login_page(
        identity=signed_in.identity, code_alone=signed_in.asks_code, next_url=path
    )


def _refused(refusal: DomainError) -> Response:
    staff_member.set_nobody()
    return staff_login_page(refusal=shown_here(refusal, STATUSES_SHOWN_HERE))


@blueprint.post("/session/prolonger", who=access.staff())
def extend() -> ResponseReturnValue:
    """Recognising who is logged in has asked accounts for the session, which counts as activity."""
    return Response(status=204)


def staff_login_page(
    *,
    status: int | None = None,
    refusal: DomainError | None = None,
    code_alone: bool = False,
    **asked: Any,
) -> Response:
    """`asked`: as for log_in_form; `code_alone`: the account is known by its identity, and no
    password is asked."""
    shown = log_in_form(_gestion_path, refusal, **asked)
    code_alone = code_alone or (bool(posted_identity()) and "identifiant" not in request.form)
    return render_page(
        "gestion/templates/connexion.html", status=status, code_alone=code_alone, **shown
    )


def _gestion_path(address: str | None) -> str:
    """`address` where it is one of these pages, else their home."""
    return address if address and GESTION_PATH.fullmatch(address) else HOME
