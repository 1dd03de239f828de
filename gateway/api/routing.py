"""Calls of tools passed on to the services. Cookies are ignored; an opaque token is exchanged for an access token."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from flask import Response, jsonify, request

from gateway import entrances
from gateway.api import blueprint
from gateway.api.limits import Limits
from gateway.services import SERVICES, services
from services.chassis.errors import DomainError, NotFound, TooLarge, TooMany, Unauthenticated, Unavailable
from services.chassis.http.connections import Answer
from services.chassis.process.expiring_cache import Remembered
from services.contracts import problem_types

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
BODY_LIMIT = 1024 * 1024
PASSED_IN = ("Content-Type", "Accept", "If-Match", "If-None-Match", "Idempotency-Key", "Accept-Language")
LEFT_OUT = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "server", "date", "set-cookie", "content-encoding"}
)
READ_SECONDS = 300.0  # an export to its end, read by a tool in no hurry
WRITE_SECONDS = 60.0
DESCRIPTION_SECONDS = 5.0
TOKEN_LENGTH = 200  # what accounts takes; anything longer is none of its tokens

_limits = Limits(per_minute=1200)
EXCHANGES_PER_MINUTE = 600
_exchanges = Limits(EXCHANGES_PER_MINUTE)
"""Of one address, in the long run ten a second: forty tools at work, or invented tokens, each another."""
EXCHANGED_SECONDS = 4.0  # less than the 5 s within which a withdrawn token is refused

_exchanged: Remembered[str] = Remembered(seconds=EXCHANGED_SECONDS, at_most=10_000)
_refused: Remembered[bool] = Remembered(seconds=30.0, at_most=10_000)
"""Tokens that accounts does not know: none becomes good afterwards, and a flood of them costs accounts one call."""


@blueprint.route("/<service>/v1/<path:path>", methods=METHODS)
@entrances.everyone  # the token decides, in the service
def pass_on(service: str, path: str) -> Response:
    """A call of a tool's: its token exchanged, its body and conditions passed on, the answer streamed back."""
    if service not in SERVICES or path.startswith(("sessions", "tokens", "tools/")) or _leads_elsewhere(path):
        raise NotFound()
    if (request.content_length or 0) > BODY_LIMIT:
        raise TooLarge()
    opaque = _bearer()
    if wait := _limits.wait_of(opaque):
        raise TooMany("Trop d'appels : ralentissez.", retry_after=wait)
    seconds = READ_SECONDS if request.method == "GET" else WRITE_SECONDS
    return _streamed(_called(service, f"/v1/{quote(path)}", _access_token(opaque), seconds))


@blueprint.get("/<service>/openapi.json")
@entrances.everyone
def openapi(service: str) -> Response:
    """The service's own description, with the address under which tools reach it."""
    if service not in SERVICES:
        raise NotFound()
    with _called(service, "/openapi.json", None, DESCRIPTION_SECONDS) as answer:
        described = answer.json()
    described["servers"] = [{"url": f"/api/{service}"}]
    return jsonify(described)


def _leads_elsewhere(path: str) -> bool:
    """Whether an HTTP client would make another path of it: « . » and « .. » would lead out of /v1."""
    return any(segment.strip() in ("", ".", "..") for segment in path.replace("\\", "/").split("/"))


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token or len(token) > TOKEN_LENGTH:
        raise Unauthenticated("Un jeton est attendu : « Authorization: Bearer … ».")
    return token


def _access_token(opaque: str) -> str:
    name = hashlib.sha256(opaque.encode()).hexdigest()
    if token := _exchanged.get(name):
        return token
    if _refused.get(name):
        raise _not_valid()
    if wait := _exchanges.wait_of(request.remote_addr or ""):
        raise TooMany("Trop de jetons différents sont présentés : ralentissez.", retry_after=wait)
    try:
        token = services().tool_tokens.tool_token(opaque)
    except DomainError as error:
        if error.slug == problem_types.TOKEN_REFUSED.slug:
            _refused.put(name, True)
            raise _not_valid() from error
        if error.http_status == 401:  # our own was refused, and says nothing of the tool's
            raise Unavailable() from error
        raise
    _exchanged.put(name, token)
    return token


def _not_valid() -> Unauthenticated:
    return Unauthenticated("Le jeton n'est pas valable.")


def _called(service: str, path: str, token: str | None, seconds: float) -> Answer:
    answer: Answer = (
        services()
        .for_tools[service]
        .answer(
            request.method,
            path,
            token=token,
            params=list(request.args.items(multi=True)),
            data=request.get_data() or None,
            headers={name: request.headers[name] for name in PASSED_IN if name in request.headers},
            seconds=seconds,
            stream=True,
        )
    )
    return answer


def _streamed(answer: Answer) -> Response:
    headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in LEFT_OUT]
    response = Response(answer.iter_content(64 * 1024), status=answer.status_code, headers=headers)
    response.call_on_close(answer.close)
    return response
