"""Errors as pages that say what happened and what to do, and never lose what was typed.

Under /api, and for a page's script that asks for them, the same errors are problem details (RFC 9457).
"""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from flask import Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from gateway import owner, visitor
from gateway.pages import page
from gateway.protection import SAFE_METHODS, TAKES_FILES, ForeignPost
from gateway.seal import Interrupted, Seal, may_be_kept
from services.chassis.errors import DomainError, Unauthenticated, Unavailable
from services.chassis.process.failure_summary import frames_of, reason_of
from services.chassis.web import problems

log = structlog.get_logger()

WORDS = {
    400: ("Demande incorrecte", "L'adresse ou la demande n'est pas correcte."),
    403: ("Accès refusé", "Vous n'avez pas accès à cette page."),
    404: ("Page non trouvée", "La page que vous cherchez est introuvable."),
    405: ("Page non trouvée", "Cette page ne s'ouvre pas de cette façon."),
    413: ("Envoi trop volumineux", "Ce que vous avez envoyé dépasse la taille admise."),
    415: ("Envoi refusé", "Cette page ne reçoit pas de fichier."),
    429: ("Trop de demandes", "Patientez quelques instants, puis recommencez."),
    500: ("Erreur inattendue", "Le portail a rencontré une erreur. Elle est enregistrée et sera étudiée."),
    503: ("Service momentanément indisponible", "Réessayez dans quelques instants : rien n'est perdu."),
}


def register(app: Flask) -> None:
    app.register_error_handler(Unauthenticated, _ask_to_log_in)
    app.register_error_handler(DomainError, _of_domain_error)
    app.register_error_handler(HTTPException, _of_http_exception)


def sealed_post() -> str | None:
    """What this dead session's post holds, sealed for its candidate; None when there is nothing to keep."""
    subject = g.get("ended_subject") or owner.owner_of_post()
    if request.method in SAFE_METHODS or not subject or not typed_fields():
        return None
    seal: Seal = current_app.extensions["seal"]
    return seal.close(Interrupted(subject, _address(), typed_fields()))


def typed_fields() -> tuple[tuple[str, str], ...]:
    """What was posted, in order, without passwords and files."""
    if request.mimetype != "application/x-www-form-urlencoded":
        return ()
    return tuple(
        (name, value) for name, value in request.form.items(multi=True) if name != owner.FIELD and may_be_kept(name)
    )


def _address() -> str:
    return request.full_path.rstrip("?")


def _ask_to_log_in(error: Unauthenticated) -> ResponseReturnValue:
    if _wants_problem():
        return problems.of_domain_error(error)
    from gateway.web.compte.login import login_page

    g.visitor = None
    if request.method in SAFE_METHODS:
        said = {"fait": "session"} if g.get("ended_subject") else {}
        return redirect(f"/connexion?{urlencode({'suite': _address(), **said})}", code=303)
    return login_page(ended=True, sealed=sealed_post(), suite=_after_log_in(), status=401)


def _after_log_in() -> str | None:
    """Files are not kept: where they are chosen, which says so. Other posts are taken up from what is sealed."""
    return f"{request.path}?fait=session" if request.endpoint == TAKES_FILES else None


def _of_domain_error(error: DomainError) -> ResponseReturnValue:
    if _for_tools():
        return problems.of_domain_error(error)
    if error.http_status == 401:
        if visitor.if_known() is None:
            return _ask_to_log_in(Unauthenticated())
        visitor.exchange_again()
        error = Unavailable("Le portail ne peut pas répondre pour le moment.")
    if _wants_problem():
        return problems.of_domain_error(error)
    retry_after = error.extra.get("retry_after")
    if request.method not in SAFE_METHODS and isinstance(error, Unavailable | ForeignPost):
        return _refusal_that_keeps(error, retry_after)
    return _refusal(error.http_status, error.detail, retry_after=retry_after, title=error.problem.title)


def _of_http_exception(error: HTTPException) -> ResponseReturnValue:
    if _wants_problem():
        return problems.of_http_exception(error)
    if isinstance(error, InternalServerError):
        cause = error.original_exception or error
        log.error("unhandled_error", reason=reason_of(cause), frames=frames_of(cause))
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


def _refusal_that_keeps(error: DomainError, retry_after: int | None) -> ResponseReturnValue:
    """A service is down: what was typed waits in the page, to be sent again. A foreign post is only shown:
    whoever sent it may not have meant to."""
    heading, text = WORDS[error.http_status]
    response = page(
        "layout/kept_page.html",
        status=error.http_status,
        page_title=heading,
        code=error.http_status,
        lead=error.detail,
        text="" if isinstance(error, ForeignPost) else text,
        request_id=g.get("request_id"),
        kept=typed_fields(),
        retry=None if isinstance(error, ForeignPost) else _address(),
    )
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _for_tools() -> bool:
    return request.path.startswith("/api/") and not request.path.startswith("/api/docs")


def _wants_problem() -> bool:
    """A tool, or a script of one of our pages, which says so."""
    return _for_tools() or request.headers.get("Accept") == problems.CONTENT_TYPE
