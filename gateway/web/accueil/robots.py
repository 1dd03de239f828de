"""What search engines and browsers ask for at fixed addresses."""

from __future__ import annotations

from flask import Response, current_app, redirect
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.assets import asset_url
from gateway.settings import GatewaySettings
from gateway.web.accueil import blueprint

PRIVATE = ("/compte", "/inscription", "/documents", "/formulaires", "/justificatifs", "/session", "/gestion", "/api")


@blueprint.get("/robots.txt")
@access.public
def robots() -> ResponseReturnValue:
    """Public pages may be indexed in production; a demonstration nowhere."""
    settings: GatewaySettings = current_app.extensions["portail"]
    closed = PRIVATE if settings.production else ("/",)
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/favicon.ico")
@access.public
def favicon() -> ResponseReturnValue:
    return redirect(asset_url("favicon/favicon.ico"))
