"""`/api/docs`: the calls open to tools, listed from the services' own OpenAPI descriptions; a page without script."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from gateway import access
from gateway.api import blueprint
from gateway.pages import render_page
from gateway.service_clients import SERVICE_LABELS, clients
from services.chassis.errors import DomainError

METHODS = ("get", "post", "put", "patch", "delete")


@blueprint.get("/docs")
@access.public
def docs() -> ResponseReturnValue:
    operations_by_service = [(service, _operations(service)) for service in SERVICE_LABELS]
    return render_page("api_docs.html", operations_by_service=operations_by_service)


def _operations(service: str) -> list[dict[str, Any]] | None:
    """Each operation's method, path and summary; None while the service is down."""
    try:
        spec = clients().for_pages[service].get("/openapi.json")
    except DomainError:
        return None
    return [
        {"method": method.upper(), "path": f"/api/{service}{path}", "summary": operation.get("summary", "")}
        for path, item in spec.get("paths", {}).items()
        for method, operation in item.items()
        if method in METHODS
    ]
