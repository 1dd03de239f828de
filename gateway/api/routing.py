"""Calls of tools passed on to the services. Cookies are ignored; an opaque token is exchanged for an access token."""

from __future__ import annotations

import threading
import time
from typing import Any
from urllib.parse import quote

import requests
from flask import Response, current_app, g, jsonify, request

from gateway import entrances
from gateway.api import blueprint
from gateway.api.limits import Limits
from gateway.services import services
from services.chassis.errors import DomainError, NotFound, TooLarge, TooMany, Unauthenticated, Unavailable
from services.chassis.observed import REQUEST_ID
from services.chassis.received import HEADER as RECEIVED_AT
from services.chassis.replicas import new_session

SERVICES = ("accounts", "registrations", "documents", "pieces")
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
BODY_LIMIT = 1024 * 1024
PASSED_IN = ("Content-Type", "Accept", "If-Match", "If-None-Match", "Idempotency-Key", "Accept-Language")
LEFT_OUT = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "server", "date", "set-cookie", "content-encoding"}
)
TIMEOUT = (3.05, 60.0)
KEPT_SECONDS = 4.0
TOKEN_LENGTH = 200  # what accounts takes; anything longer is none of its tokens

_limits = Limits(per_minute=1200)
_kept: dict[str, tuple[float, str]] = {}
_lock = threading.Lock()


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
    return _streamed(_called(service, f"/v1/{quote(path)}", _access_token(opaque)))


@blueprint.get("/<service>/openapi.json")
@entrances.everyone
def openapi(service: str) -> Response:
    """The service's own description, with the address under which tools reach it."""
    if service not in SERVICES:
        raise NotFound()
    described = _called(service, "/openapi.json", None).json()
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
    """Kept for 4 s, so that a withdrawn token is refused within 5."""
    with _lock:
        until, token = _kept.get(opaque, (0.0, ""))
    if time.monotonic() < until:
        return token
    try:
        token = services().accounts.tool_token(opaque)["access_token"]
    except DomainError as error:
        if error.http_status == 401:
            raise Unauthenticated("Le jeton n'est pas valable.") from error
        raise
    with _lock:
        if len(_kept) > 10_000:
            _kept.clear()
        _kept[opaque] = (time.monotonic() + KEPT_SECONDS, token)
    return token


def _called(service: str, path: str, token: str | None) -> requests.Response:
    settings = current_app.extensions["portail"]
    headers: dict[str, Any] = {name: request.headers[name] for name in PASSED_IN if name in request.headers}
    headers |= {REQUEST_ID: g.request_id, RECEIVED_AT: g.received_at.isoformat()}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        with new_session() as session:  # the answer's connection outlives it
            return session.request(
                request.method,
                getattr(settings, f"{service}_url") + path,
                params=list(request.args.items(multi=True)),
                data=request.get_data() or None,
                headers=headers,
                timeout=TIMEOUT,
                stream=True,
                allow_redirects=False,
            )
    except requests.RequestException as error:
        raise Unavailable("Le service ne répond pas pour le moment.") from error


def _streamed(answer: requests.Response) -> Response:
    headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in LEFT_OUT]
    response = Response(answer.iter_content(64 * 1024), status=answer.status_code, headers=headers)
    response.call_on_close(answer.close)
    return response
