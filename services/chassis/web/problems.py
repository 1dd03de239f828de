"""Turns every error of an API into RFC 9457 problem details with a stable type and no internal
information."""

from collections.abc import Iterator, Mapping

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
    """Return the answer that says what cannot be done, and why."""
    response = _answer(error.problem, error.detail, error.errors, error.extra)
    retry_after = error.extra.get("retry_after")
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    if error.http_status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def of_http_exception(error: HTTPException) -> Response:
    """Return the answer of an error of Flask's, of a library's, or of one that nobody expected."""
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
    problem: ProblemType, detail: str, errors: tuple[FieldError, ...], extra: Mapping[str, object]
) -> Response:
    body: dict[str, object] = {
        **extra,
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "instance": g.get("request_id", ""),
    }
    if errors:
        body["errors"] = errors
    return Response(json.dumps(body), status=problem.status, content_type=CONTENT_TYPE)


def _schema_errors(error: HTTPException) -> tuple[FieldError, ...]:
    """Return the errors of marshmallow, which webargs passes in `data`: {"messages": {"json":
    {"field": ["message"]}}}."""
    passed = getattr(error, "data", None) or {}
    messages: Mapping[str, object] = passed.get("messages") or {}
    return tuple(error for place in messages.values() for error in _flatten(place, "#"))


def _flatten(messages: object, pointer: str) -> Iterator[FieldError]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flatten(inner, f"{pointer}/{key}")
        return
    lines = messages if isinstance(messages, list) else [messages]
    for line in lines:
        yield FieldError(pointer, in_french(str(line)))
