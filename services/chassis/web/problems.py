"""Turns every error of an API into RFC 9457 problem details with a stable type and no internal
information."""

from typing import Any

import structlog
from flask import Flask, Response, g, json
from werkzeug.exceptions import HTTPException, InternalServerError

from services.chassis.errors import DomainError, FieldError
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.web.translations import in_french
from services.contracts.problem_types import BY_STATUS, ProblemType

log = structlog.get_logger()

CONTENT_TYPE = "application/problem+json"
DETAILS = {
    400: "La requête ne peut pas être lue.",
    404: "Cette adresse n'existe pas.",
    405: "Cette méthode n'est pas admise à cette adresse.",
    413: "Ce qui est envoyé dépasse la taille admise.",
    415: (
        "Le corps de la requête doit être du JSON, annoncé par « Content-Type: application/json »."
    ),
}


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, of_domain_error)
    app.register_error_handler(HTTPException, of_http_exception)


def of_domain_error(error: DomainError) -> Response:
    response = _answer(error.problem, error.detail, error.errors, dict(error.extra))
    if retry_after := error.extra.get("retry_after"):
        response.headers["Retry-After"] = str(retry_after)
    if error.http_status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def of_http_exception(error: HTTPException) -> Response:
    status = error.code or 500
    if isinstance(error, InternalServerError):
        cause = error.original_exception or error
        log.error("unhandled_error", reason=reason_of(cause), frames=frames_of(cause))
    problem = BY_STATUS.get(status) or BY_STATUS[500 if status >= 500 else 400]._replace(
        status=status
    )
    # A library's own description is English.
    response = _answer(problem, DETAILS.get(status, problem.title), _schema_errors(error), {})
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _answer(
    problem: ProblemType, detail: str, errors: tuple[FieldError, ...], extra: dict[str, Any]
) -> Response:
    slug, status, title = problem
    body = {
        **extra,
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    body["instance"] = g.get("request_id", "")
    if errors:
        body["errors"] = errors
    return Response(json.dumps(body), status=status, content_type=CONTENT_TYPE)


def _schema_errors(error: HTTPException) -> tuple[FieldError, ...]:
    """The errors of marshmallow, as webargs passes them: {"json": {"field": ["message"]}}."""
    messages = (getattr(error, "data", None) or {}).get("messages") or {}
    return tuple(error for place in messages.values() for error in _flatten(place, "#"))


def _flatten(messages: Any, pointer: str) -> list[FieldError]:
    if isinstance(messages, dict):
        return [
            error
            for key, inner in messages.items()
            for error in _flatten(inner, f"{pointer}/{key}")
        ]
    lines = messages if isinstance(messages, list) else [messages]
    return [FieldError(pointer, in_french(str(line))) for line in lines]
