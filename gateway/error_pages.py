"""Error handlers: pages that say what happened and what to do, and keep what was typed.

Under /api, and for scripts of our pages that ask for them, errors are answered as problem details
(RFC 9457).
"""

from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Flask, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from gateway.pages import GESTION_PATH, is_for_staff, people_of_page, render_page
from gateway.posted_forms import OWNER_FIELD
from gateway.seal import InterruptedPost, current_seal, may_be_kept, owner_of_posted_form
from gateway.web_security import FILE_FORM_ENDPOINTS, SAFE_METHODS, ForeignPost
from services.chassis.errors import DomainError, Unauthenticated, Unavailable
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.web import problems
from services.contracts import problem_types

log = structlog.get_logger()

LONGEST_KEPT_POST = 512 * 1024
"""Bytes; encrypted, it is still shorter than a posted form may be."""
ERROR_TEXTS = {
    400: ("Demande incorrecte", "L'adresse ou la demande n'est pas correcte."),
    403: ("Accès refusé", "Vous n'avez pas accès à cette page."),
    404: ("Page non trouvée", "La page que vous cherchez est introuvable."),
    405: ("Page non trouvée", "Cette page ne s'ouvre pas de cette façon."),
    413: ("Envoi trop volumineux", "Ce que vous avez envoyé dépasse la taille admise."),
    415: ("Envoi refusé", "Cette page ne reçoit pas de fichier."),
    429: ("Trop de demandes", "Patientez quelques instants, puis recommencez."),
    500: (
        "Erreur inattendue",
        "Le portail a rencontré une erreur. Elle est enregistrée et sera étudiée.",
    ),
    503: (problem_types.UNAVAILABLE.title, "Réessayez dans quelques instants : rien n'est perdu."),
}


def register(app: Flask) -> None:
    app.register_error_handler(Unauthenticated, _ask_to_log_in)
    app.register_error_handler(DomainError, answer_domain_error)
    app.register_error_handler(HTTPException, _answer_http_exception)


def sealed_post() -> str | None:
    """What was posted after the session had ended, encrypted for whose form it is, whoever used
    this browser since; None when there is nothing to keep."""
    subject = owner_of_posted_form() or g.get("ended_subject")
    if request.method in SAFE_METHODS or not subject or not fields_to_keep():
        return None
    return current_seal().seal_post(InterruptedPost(subject, requested_address(), fields_to_keep()))


def fields_to_keep() -> tuple[tuple[str, str], ...]:
    """What was posted, in the order sent, without passwords and files; nothing where a form could
    not hold it."""
    if is_too_long_to_keep() or request.mimetype != "application/x-www-form-urlencoded":
        return ()
    return tuple(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != OWNER_FIELD and may_be_kept(name)
    )


def is_too_long_to_keep() -> bool:
    return (request.content_length or 0) > LONGEST_KEPT_POST


def requested_address() -> str:
    """Path and query of this request."""
    return request.full_path.rstrip("?")


def _ask_to_log_in(error: Unauthenticated) -> ResponseReturnValue:
    """What was posted after the session had ended waits, encrypted, in the page that asks to log
    in."""
    if wants_problem_details():
        return problems.of_domain_error(error)
    from gateway.web.compte.connexion import login_page
    from gateway.web.gestion.connexion import staff_login_page

    people_of_page().set_nobody()
    if request.method in SAFE_METHODS:
        notice = {"fait": "session"} if g.get("ended_subject") else {}
        query = urlencode({"suite": requested_address(), **notice})
        return redirect(f"{GESTION_PATH if is_for_staff() else ''}/connexion?{query}", code=303)
    if is_for_staff():
        return staff_login_page(ended=True, sealed=sealed_post(), status=401)
    # Files are not kept: the page where they are chosen comes next. A sealed post has its own
    # address.
    next_url = f"{request.path}?fait=session" if request.endpoint in FILE_FORM_ENDPOINTS else None
    return login_page(ended=True, sealed=sealed_post(), next_url=next_url, status=401)


def answer_domain_error(error: DomainError) -> ResponseReturnValue:
    if _is_api_call():
        return problems.of_domain_error(error)
    if error.http_status == 401:
        if people_of_page().current_if_accounts_answers() is None:
            return _ask_to_log_in(Unauthenticated())
        # Where a service refuses the access token of an open session, signing keys have changed:
        # the next request has another token. Asking to log in would send the browser from page to
        # page without end.
        people_of_page().drop_cached_exchange()
        error = Unavailable("Le portail ne peut pas répondre pour le moment.")
    if wants_problem_details():
        return problems.of_domain_error(error)
    if request.method not in SAFE_METHODS and isinstance(error, Unavailable | ForeignPost):
        return _error_page_keeping_input(error)
    return _error_page(error.http_status, refusal=error)


def _answer_http_exception(error: HTTPException) -> ResponseReturnValue:
    if wants_problem_details():
        return problems.of_http_exception(error)
    if isinstance(error, InternalServerError):
        cause = error.original_exception or error
        log.error("unhandled_error", reason=reason_of(cause), frames=frames_of(cause))
    if error.response is not None:
        return error.response
    return _error_page(error.code or 500)


def _error_page(status: int, refusal: DomainError | None = None) -> ResponseReturnValue:
    default = refusal.problem.title if refusal else "La demande ne peut pas être traitée"
    heading, text = ERROR_TEXTS.get(status, (default, ""))
    detail = refusal.detail if refusal and refusal.detail != refusal.problem.title else None
    again = requested_address() if status in (429, 503) and request.method in SAFE_METHODS else None
    shown = {"lead": detail or text, "text": "" if detail in (None, text) else text, "again": again}
    return _rendered(
        "error_page.html", refusal, status=status, page_title=heading, code=status, **shown
    )


def _error_page_keeping_input(error: DomainError) -> ResponseReturnValue:
    """While a service is down, what was typed stays in the page, with a button that sends it again.
    What a page of another site posted is shown without the button, since the visitor may not have
    intended it."""
    heading, text = ERROR_TEXTS[error.http_status]
    is_foreign = isinstance(error, ForeignPost)
    return _rendered(
        "error_page_with_input.html",
        error,
        page_title=heading,
        code=error.http_status,
        lead=error.detail,
        text="" if is_foreign else text,
        fields=fields_to_keep(),
        retry=None if is_foreign or is_too_long_to_keep() else requested_address(),
        too_long=is_too_long_to_keep(),
    )


def _rendered(template: str, refusal: DomainError | None, **shown: Any) -> ResponseReturnValue:
    request_id = g.get("request_id")
    return render_page(
        f"layout/{template}", active="", refusal=refusal, errors=(), request_id=request_id, **shown
    )


def _is_api_call() -> bool:
    return request.path.startswith("/api/") and not request.path.startswith("/api/docs")


def wants_problem_details() -> bool:
    """A tool, or a script of one of our pages, by its Accept header."""
    return _is_api_call() or request.headers.get("Accept") == problems.CONTENT_TYPE
