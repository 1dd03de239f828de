"""`/api/docs`: the calls open to tools, from the services' own OpenAPI descriptions; pages without script.

Open are the operations of staff that a token may do, and those of everyone. The page of a service shows of each what to
send, an example of it, what comes back, each error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask.typing import ResponseReturnValue

from gateway import access
from gateway.api import blueprint
from gateway.pages import render_page
from gateway.service_clients import SERVICE_LABELS, clients
from services.chassis.errors import DomainError, NotFound
from services.contracts.account_rules import SESSION_ONLY_SCOPES

_LONGEST_REFERENCES = 8  # a schema may hold itself
_SAMPLES: Mapping[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "null": None}
_FORMATS = {"date-time": "2021-10-04T12:00:00+00:00", "date": "2021-10-04", "binary": "…"}
_KINDS = {
    "string": "Texte",
    "integer": "Nombre entier",
    "number": "Nombre",
    "boolean": "true ou false",
    "array": "Liste",
}
_PLACES = {"path": "adresse", "query": "paramètre", "header": "en-tête"}
_CLOSED_PATHS = ("sessions", "tokens", "tools/")
"""Of the portal's own processes, whatever a token may do."""
METHODS = ("get", "head", "post", "put", "patch", "delete")


@blueprint.get("/docs")
@access.public
def docs() -> ResponseReturnValue:
    return render_page("api_docs.html", calls_by_service={service: _calls(service) for service in SERVICE_LABELS})


@blueprint.get("/docs/<service>")
@access.public
def service_docs(service: str) -> ResponseReturnValue:
    """What each call of a service takes and answers, with examples and every error."""
    if service not in SERVICE_LABELS:
        raise NotFound()
    described_operations = list(described(service, _description(service)))
    return render_page("api_service.html", service=service, operations=described_operations)


def _description(service: str) -> dict[str, Any]:
    """Raises DomainError while the service is down."""
    return only_open(clients().for_pages[service].get("/openapi.json"))


def _calls(service: str) -> list[dict[str, str]] | None:
    """Each call with the address of its description; None while the service is down."""
    try:
        description = _description(service)
    except DomainError:
        return None
    return [
        {
            "method": method.upper(),
            "path": f"/api/{service}{path}",
            "summary": operation.get("summary", ""),
            "address": f"/api/docs/{service}#{operation_id(method, path)}",
        }
        for path, method, operation, _ in operations(description)
    ]


def described(service: str, description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each operation of an OpenAPI description, in its order. `scopes` None: open to everyone. `parameters`, `answers`:
    rows of a table. Examples are JSON, or empty."""
    schemas = description["components"]["schemas"]
    for path, method, operation, item in operations(description):
        body = operation.get("requestBody", {}).get("content", {})
        yield {
            "id": operation_id(method, path),
            "method": method.upper(),
            "path": f"/api/{service}{path}",
            "summary": operation.get("summary", ""),
            "scopes": scopes_of(operation),
            "parameters": [
                _parameter(given) for given in (*item.get("parameters", ()), *operation.get("parameters", ()))
            ],
            "body_type": next(iter(body), ""),
            "body_example": _example(body, schemas),
            "answer_example": _example(_success(operation).get("content", {}), schemas),
            "answers": [[status, _words(answer)] for status, answer in sorted(operation["responses"].items())],
        }


def operation_id(method: str, path: str) -> str:
    """Of its part of the page."""
    return "-".join([method, *"".join(char if char.isalnum() else " " for char in path).split()])


def _parameter(given: Mapping[str, Any]) -> list[str]:
    schema = given.get("schema", {})
    allowed = f"Parmi : {', '.join(map(str, schema['enum']))}." if "enum" in schema else ""
    needed = "requis" if given.get("required") else "facultatif"
    kind = "Instant avec son décalage" if schema.get("format") == "date-time" else _KINDS.get(_kind(schema), "")
    words = ". ".join(filter(None, (given.get("description", ""), allowed))) or kind
    return [given["name"], f"{_PLACES.get(given['in'], given['in'])}, {needed}", words]


def _success(operation: Mapping[str, Any]) -> dict[str, Any]:
    return next((answer for status, answer in sorted(operation["responses"].items()) if status < "300"), {})


def _words(answer: Mapping[str, Any]) -> str:
    content = ", ".join(answer.get("content", {}))
    return f"{answer.get('description', '')}{f' ({content})' if content else ''}"


def _example(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """The example that the service gives, else one made from the schema; empty for what is no JSON."""
    media = content.get("application/json")
    if media is None:
        return ""
    sample = media["example"] if "example" in media else _sample(media.get("schema", {}), schemas)
    return json.dumps(sample, ensure_ascii=False, indent=2)


def _sample(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that the schema takes, as far as its kind is concerned."""
    if depth > _LONGEST_REFERENCES:
        return None
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _sample(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth + 1)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _sample(schema[several][0], schemas, depth + 1)
    if "enum" in schema:
        return schema["enum"][0]
    return _sample_of_kind(schema, schemas, depth + 1)


def _sample_of_kind(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> Any:
    kind = _kind(schema)
    if kind == "object":
        return {name: _sample(inner, schemas, depth) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [_sample(schema.get("items", {}), schemas, depth)]
    return _FORMATS.get(schema.get("format", ""), "…") if kind == "string" else _SAMPLES.get(kind)


def _kind(schema: Mapping[str, Any]) -> str:
    """The first that the schema takes."""
    kinds = schema.get("type", "object")
    return str(kinds if isinstance(kinds, str) else kinds[0])


def is_closed(path: str) -> bool:
    """Whether a path (without « /v1/ ») is never open to tools."""
    return path.startswith(_CLOSED_PATHS)


def only_open(description: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI description with what tools may call alone."""
    open_parts = {path: _open_part(path, item) for path, item in description["paths"].items()}
    paths = {path: item for path, item in open_parts.items() if set(METHODS) & item.keys()}
    return {**description, "paths": paths}


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """(path, method, operation, its path's item) of each, by path."""
    for path, item in sorted(description["paths"].items()):
        for method in METHODS:
            if method in item:
                yield path, method, item[method], item


def scopes_of(operation: dict[str, Any]) -> list[str] | None:
    """What a token needs; None where everyone may call."""
    ways = operation["security"]
    return next((way["staff"] for way in ways if "staff" in way), []) if ways else None


def _open_part(path: str, item: dict[str, Any]) -> dict[str, Any]:
    if not path.startswith("/v1/") or is_closed(path.removeprefix("/v1/")):
        return {}
    return {name: value for name, value in item.items() if name not in METHODS or _is_open(value)}


def _is_open(operation: dict[str, Any]) -> bool:
    ways = operation["security"]
    return not ways or any("staff" in way and SESSION_ONLY_SCOPES.isdisjoint(way["staff"]) for way in ways)
