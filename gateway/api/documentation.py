"""`/api/docs`: what tools can call, drawn from the services' own descriptions; a page without any script."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from gateway import entrances
from gateway.api import blueprint
from gateway.pages import page
from gateway.services import SERVICES, services
from services.chassis.errors import DomainError

METHODS = ("get", "post", "put", "patch", "delete")


@blueprint.get("/docs")
@entrances.everyone
def docs() -> ResponseReturnValue:
    described = [(service, _operations(service)) for service in SERVICES]
    return page("api_docs.html", described=described)


def _operations(service: str) -> list[dict[str, Any]] | None:
    """Each operation's method, path and summary; None while the service is down."""
    try:
        spec = services().for_pages[service].get("/openapi.json")
    except DomainError:
        return None
    return [
        {"method": method.upper(), "path": f"/api/{service}{path}", "summary": operation.get("summary", "")}
        for path, item in spec.get("paths", {}).items()
        for method, operation in item.items()
        if method in METHODS
    ]
