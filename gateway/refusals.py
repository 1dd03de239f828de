"""Errors as pages that say what happened and what to do, and never lose what was typed.

Under /api the same errors are problem details (RFC 9457).
"""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from flask import Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from gateway.pages import page
from gateway.protection import SAFE_METHODS
from gateway.seal import Interrupted, Seal
from services.chassis import problems
from services.chassis.errors import DomainError, Unauthenticated

log = structlog.get_logger()

WORDS = {
    400: ("Demande incorrecte", "L'adresse ou la demande n'est pas correcte."),
    403: ("Accès refusé", "Vous n'avez pas accès à cette page."),
    404: ("Page non trouvée", "La page que vous cherchez est introuvable."),
    405: ("Page non trouvée", "Cette page ne s'ouvre pas de cette façon."),
    413: ("Envoi trop volumineux", "Ce que vous avez envoyé dépasse la taille admise."),
    429: ("Trop de demandes", "Patientez quelques instants, puis recommencez."),
    500: ("Erreur inattendue", "Le portail a rencontré une erreur. Elle est enregistrée et sera étudiée."),
    503: ("Service momentanément indisponible", "Le portail ne peut pas répondre pour le moment. Réessayez plus tard."),
}


def register(app: Flask) -> None:
    app.register_error_handler(Unauthenticated, _ask_to_log_in)
    app.register_error_handler(DomainError, _of_domain_error)
    app.register_error_handler(HTTPException, _of_http_exception)


def sealed_post() -> str | None:
    """What this dead session's post holds, sealed for its candidate; None when there is nothing to keep."""
    subject = g.get("ended_subject")
    if request.method in SAFE_METHODS or not subject or not request.form:
        return None
    seal: Seal = current_app.extensions["seal"]
    fields = tuple((name, value) for name in request.form for value in request.form.getlist(name))
    return seal.close(Interrupted(subject, request.full_path.rstrip("?"), fields))


def _ask_to_log_in(error: Unauthenticated) -> ResponseReturnValue:
    if _for_tools():
        return problems.of_domain_error(error)
    from gateway.web.compte.login import login_page

    g.visitor = None
    if request.method in SAFE_METHODS:
        return redirect(f"/connexion?{urlencode({'suite': request.full_path.rstrip('?')})}", code=303)
    return login_page(ended=True, sealed=sealed_post(), status=401)


def _of_domain_error(error: DomainError) -> ResponseReturnValue:
    if _for_tools():
        return problems.of_domain_error(error)
    if error.http_status == 401:
        return _ask_to_log_in(Unauthenticated())
    retry_after = error.extra.get("retry_after")
    return _refusal(error.http_status, error.detail, retry_after=retry_after, title=error.shown_title)


def _of_http_exception(error: HTTPException) -> ResponseReturnValue:
    if _for_tools():
        return problems.of_http_exception(error)
    if isinstance(error, InternalServerError):
        log.error("unhandled_error", exc_info=error.original_exception or error)
    if error.response is not None:
        return error.response
    return _refusal(error.code or 500, None)


def _refusal(
    status: int, detail: str | None, *, retry_after: int | None = None, title: str | None = None
) -> ResponseReturnValue:
    heading, text = WORDS.get(status, (title or "La demande ne peut pas être traitée", ""))
    response = page(
        "layout/error_page.html",
        status=status,
        page_title=heading,
        code=status,
        lead=detail or text,
        text="" if detail in (None, text) else text,
        request_id=g.get("request_id"),
    )
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _for_tools() -> bool:
    return request.path.startswith("/api/") and not request.path.startswith("/api/docs")
