"""`/api/docs`: the calls open to tools, from the services' own OpenAPI descriptions; pages without script."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from gateway import access
from gateway.api import blueprint
from gateway.api.described_operations import described, operation_id
from gateway.api.open_operations import only_open, operations
from gateway.pages import render_page
from gateway.service_clients import SERVICE_LABELS, clients
from services.chassis.errors import DomainError, NotFound


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
