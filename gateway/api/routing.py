"""Calls of tools, passed on to the services. Cookies are ignored; the opaque token is exchanged for an access token."""

import hashlib
from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, request

from gateway import access
from gateway.api import blueprint
from gateway.api.documentation import is_closed, only_open
from gateway.clients.base import visitor_source
from gateway.service_clients import SERVICE_LABELS, clients
from gateway.sessions import EXCHANGE_CACHE_SECONDS
from services.chassis.errors import DomainError, NotFound, TooLarge, Unauthenticated, Unavailable
from services.chassis.http.sessions import Answer
from services.chassis.process.capacity import MAX_BODY_BYTES, Limit
from services.chassis.process.kept_results import ExpiringCache
from services.contracts import problem_types
from services.contracts.account_rules import MAX_TOKEN_LENGTH
from services.contracts.api.sessions import exchange_tool_token

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
PASSED_REQUEST_HEADERS = (
    "Content-Type",
    "Accept",
    "If-Match",
    "If-None-Match",
    "Idempotency-Key",
    "Accept-Language",
    "Tus-Resumable",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
)
DROPPED_RESPONSE_HEADERS = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "server", "date", "set-cookie", "content-encoding"}
)
READ_SECONDS = 30.0  # for each part of an answer
WRITE_SECONDS = 120.0  # a CSV of MAX_LINES lines is checked
DESCRIPTION_SECONDS = 5.0

_exchanges = Limit("token_exchanges", 6, 32)
"""Of tokens that accounts is asked about: addresses take turns, so that invented tokens of one take no other's."""

_access_tokens: ExpiringCache[str] = ExpiringCache(seconds=EXCHANGE_CACHE_SECONDS, at_most=10_000)


@blueprint.route("/<service>/v1/<path:path>", methods=METHODS, who=access.PUBLIC)  # the token decides, in the service
def pass_on(service: str, path: str) -> Response:
    """Exchanges the token, passes the body and conditional headers on and streams the answer back."""
    if service not in SERVICE_LABELS or is_closed(path) or _has_dot_segments(path):
        raise NotFound()
    request.max_content_length = MAX_BODY_BYTES + 1  # at the limit itself werkzeug takes the end for too much
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise TooLarge()
    opaque = _bearer()
    seconds, token = READ_SECONDS if request.method == "GET" else WRITE_SECONDS, _access_token(opaque)
    answer = _call_service(service, f"/v1/{quote(path)}", token, seconds, request.get_data() or None)
    return _streamed_response(service, answer)


@blueprint.get("/<service>/openapi.json", who=access.PUBLIC)
def openapi(service: str) -> Response:
    """What tools may call, from the service's own OpenAPI description, with the address under which they reach it."""
    if service not in SERVICE_LABELS:
        raise NotFound()
    with _call_service(service, "/openapi.json", None, DESCRIPTION_SECONDS) as answer:
        description = only_open(answer.json())
    description["servers"] = [{"url": f"/api/{service}"}]
    return jsonify(description)


def _has_dot_segments(path: str) -> bool:
    """Whether an HTTP client would normalise the path: « . » and « .. » would lead out of /v1."""
    return any(segment.strip() in ("", ".", "..") for segment in path.replace("\\", "/").split("/"))


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token or len(token) > MAX_TOKEN_LENGTH:
        raise Unauthenticated("Un jeton est attendu : « Authorization: Bearer … ».")
    return token


def _access_token(opaque: str) -> str:
    key = hashlib.sha256(opaque.encode()).hexdigest()
    if token := _access_tokens.get(key):
        return token
    try:
        accounts, sent = clients().for_tools["accounts"], {"token": opaque}
        with _exchanges.place(visitor_source()):
            token = accounts.call(exchange_tool_token, clients().own_token, body=sent).access_token
    except DomainError as error:
        if error.slug == problem_types.TOKEN_REFUSED.slug:
            raise Unauthenticated("Le jeton n'est pas valable.") from error
        if error.http_status == 401:  # the gateway's own token was refused, which says nothing of the tool's
            raise Unavailable() from error
        raise
    _access_tokens.put(key, token)
    return token


def _call_service(service: str, path: str, token: str | None, seconds: float, body: bytes | None = None) -> Answer:
    passed = {name: request.headers[name] for name in PASSED_REQUEST_HEADERS if name in request.headers}
    query, client = list(request.args.items(multi=True)), clients().for_tools[service]
    sent: dict[str, Any] = {"token": token, "params": query, "data": body, "headers": passed, "seconds": seconds}
    answer: Answer = client.answer(request.method, path, stream=True, **sent)
    return answer


def _streamed_response(service: str, answer: Answer) -> Response:
    headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in DROPPED_RESPONSE_HEADERS]
    response = Response(answer.iter_content(64 * 1024), status=answer.status_code, headers=headers)
    if (location := answer.headers.get("Location", "")).startswith("/v1/"):  # as the service says it, of an upload
        response.headers["Location"] = f"/api/{service}{location}"
    response.call_on_close(answer.close)
    return response
