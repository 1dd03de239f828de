"""The entry point of tools: calls of /api/<service>/… are passed on to the services, with a Bearer
token only (cookies are ignored), which is exchanged for an access token. `/api/docs`: the calls
open to tools (what staff may do by a token, and everyone), which Swagger UI shows and tries, from
the services' own OpenAPI descriptions."""

import hashlib
from typing import Any
from urllib.parse import quote

import msgspec
from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import streamed_response, visitor_source
from gateway.pages import render_page
from gateway.service_clients import SERVICE_LABELS, clients
from gateway.sessions import EXCHANGE_CACHE_SECONDS
from services.chassis.errors import DomainError, NotFound, TooLarge, Unauthenticated, Unavailable
from services.chassis.http.call import Call
from services.chassis.http.sessions import Answer
from services.chassis.process.capacity import MAX_BODY_BYTES
from services.chassis.process.kept_results import ExpiringCache
from services.chassis.process.places import Limit
from services.contracts import problem_types
from services.contracts.account_rules import MAX_TOKEN_LENGTH, SESSION_ONLY_SCOPES
from services.contracts.api.personal_data import PersonalData
from services.contracts.api.sessions import exchange_tool_token

blueprint = access.Pages("api", __name__, url_prefix="/api", template_folder="templates")

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
    {
        "connection",
        "keep-alive",
        "transfer-encoding",
        "server",
        "date",
        "set-cookie",
        "content-encoding",
    }
)
READ_SECONDS = 30.0  # for each part of an answer
WRITE_SECONDS = 120.0  # a CSV of MAX_LINES lines is checked
DESCRIPTION_SECONDS = 5.0
_CLOSED_PATHS = ("sessions", "tokens", "tools/")
"""Of the portal's own processes, whatever a token may do."""
_METHODS = ("get", "head", "post", "put", "patch", "delete")
_TOKEN = "staff"  # noqa: S105 - the only way in of tools, by its name in the descriptions

_exchanges = Limit("token_exchanges", 6, 32)
"""Of tokens that accounts is asked about: addresses take turns, so that invented tokens of one take
no other's."""

_access_tokens: ExpiringCache[str] = ExpiringCache(seconds=EXCHANGE_CACHE_SECONDS, at_most=10_000)


@blueprint.route(
    "/<service>/v1/<path:path>", methods=METHODS, who=access.PUBLIC
)  # the token decides, in the service
def pass_on(service: str, path: str) -> Response:
    """Exchanges the token, passes the body and conditional headers on and streams the answer
    back."""
    if service not in SERVICE_LABELS or is_closed(path) or _has_dot_segments(path):
        raise NotFound()
    request.max_content_length = (
        MAX_BODY_BYTES + 1
    )  # at the limit itself werkzeug takes the end for too much
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise TooLarge()
    seconds = READ_SECONDS if request.method == "GET" else WRITE_SECONDS
    token = _access_token(_bearer())
    answer = _call_service(
        service, f"/v1/{quote(path)}", token, seconds, request.get_data() or None
    )
    return _passed_on(service, answer)


@blueprint.get("/<service>/openapi.json", who=access.PUBLIC)
def openapi(service: str) -> Response:
    """What tools may call, from the service's own OpenAPI description, with the address under which
    they reach it."""
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
        accounts = clients().for_tools["accounts"]
        sent = {"token": opaque}
        with _exchanges.place(visitor_source()):
            token = accounts.call(exchange_tool_token(body=sent), clients().own_token).access_token
    except DomainError as error:
        if error.slug == problem_types.TOKEN_REFUSED.slug:
            raise Unauthenticated("Le jeton n'est pas valable.") from error
        if (
            error.http_status == 401
        ):  # the gateway's own token was refused, which says nothing of the tool's
            raise Unavailable() from error
        raise
    _access_tokens.put(key, token)
    return token


def _call_service(
    service: str, path: str, token: str | None, seconds: float, body: bytes | None = None
) -> Answer:
    passed = {
        name: request.headers[name] for name in PASSED_REQUEST_HEADERS if name in request.headers
    }
    call = Call(
        request.method,
        path,
        headers=passed,
        params=list(request.args.items(multi=True)),
        data=body,
        seconds=seconds,
        stream=True,
    )
    return clients().for_tools[service].answer(call, token)


def _passed_on(service: str, answer: Answer) -> Response:
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name.lower() not in DROPPED_RESPONSE_HEADERS
    }
    response = streamed_response(answer, headers)
    if (location := answer.headers.get("Location", "")).startswith(
        "/v1/"
    ):  # as the service says it, of an upload
        response.headers["Location"] = f"/api/{service}{location}"
    return response


@blueprint.get("/docs", who=access.PUBLIC)
@blueprint.get("/docs/<service>", who=access.PUBLIC)
def docs(service: str = "") -> ResponseReturnValue:
    if service and service not in SERVICE_LABELS:
        raise NotFound()
    return render_page("api_docs.html", service=service, services=SERVICE_LABELS)


@blueprint.get("/mes-donnees.schema.json", who=access.PUBLIC)
def describe_personal_data() -> ResponseReturnValue:
    """The JSON schema of « donnees.json » in a candidate's copy of their data."""
    return jsonify(msgspec.json.schema(PersonalData))


def is_closed(path: str) -> bool:
    """Whether a path (without « /v1/ ») is never open to tools."""
    return path.startswith(_CLOSED_PATHS)


def only_open(description: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI description with what tools may call alone, and their way in."""
    open_parts = {path: _open_part(path, item) for path, item in description["paths"].items()}
    paths = {path: item for path, item in open_parts.items() if set(_METHODS) & item.keys()}
    components = description["components"]
    token = {_TOKEN: components["securitySchemes"][_TOKEN]}
    return {**description, "paths": paths, "components": {**components, "securitySchemes": token}}


def _open_part(path: str, item: dict[str, Any]) -> dict[str, Any]:
    if not path.startswith("/v1/") or is_closed(path.removeprefix("/v1/")):
        return {}
    opened = {
        name: part if name not in _METHODS else _for_tools(part) for name, part in item.items()
    }
    return {name: part for name, part in opened.items() if part}


def _for_tools(operation: dict[str, Any]) -> dict[str, Any] | None:
    """The operation with the scopes that a token needs, in words too, since Swagger UI shows those
    of OAuth alone; None if no token is enough."""
    if not operation["security"]:
        return operation
    for way in operation["security"]:
        if _TOKEN in way and SESSION_ONLY_SCOPES.isdisjoint(way[_TOKEN]):
            words = f"Portée du jeton : {', '.join(way[_TOKEN])}"
            return {**operation, "security": [way], "description": words}
    return None
