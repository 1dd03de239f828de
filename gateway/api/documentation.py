"""`/api/docs`: the calls open to tools, which Swagger UI shows and tries, from the services' own OpenAPI descriptions.

Open are the operations of staff that a token may do, and those of everyone.
"""

from typing import Any

import msgspec
from flask import jsonify
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.api import blueprint
from gateway.pages import render_page
from gateway.service_clients import SERVICE_LABELS
from services.chassis.errors import NotFound
from services.contracts.account_rules import SESSION_ONLY_SCOPES
from services.contracts.api.personal_data import PersonalData

_CLOSED_PATHS = ("sessions", "tokens", "tools/")
"""Of the portal's own processes, whatever a token may do."""
_METHODS = ("get", "head", "post", "put", "patch", "delete")
_TOKEN = "staff"  # noqa: S105 - the only way in of tools, by its name in the descriptions


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
    opened = {name: part if name not in _METHODS else _for_tools(part) for name, part in item.items()}
    return {name: part for name, part in opened.items() if part}


def _for_tools(operation: dict[str, Any]) -> dict[str, Any] | None:
    """The operation with the scopes that a token needs, in words too, since Swagger UI shows those of OAuth alone; None
    if no token is enough."""
    if not operation["security"]:
        return operation
    for way in operation["security"]:
        if _TOKEN in way and SESSION_ONLY_SCOPES.isdisjoint(way[_TOKEN]):
            words = f"Portée du jeton : {', '.join(way[_TOKEN])}"
            return {**operation, "security": [way], "description": words}
    return None
