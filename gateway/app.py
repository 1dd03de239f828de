"""The gateway's web application, put together in the open."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

from flask import Flask, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from gateway import entrances, filters, owner, protection, refusals, visitor
from gateway.arrival import arrived_at
from gateway.assets import STATIC_FOLDER, AssetsMissing, load_assets
from gateway.components import register_components
from gateway.seal import Seal
from gateway.services import SERVICES, connect
from gateway.settings import GatewaySettings
from gateway.web import blueprints
from gateway.web.justificatifs import reception
from services.chassis import clock
from services.chassis.http.client import ALIVE
from services.chassis.http.connections import get_once
from services.chassis.process import logs
from services.chassis.process.readiness import Check
from services.chassis.web import request_log

PROBE_SECONDS = 0.8  # a probe of ours is told all within a second
FORM_LIMIT = 1024 * 1024  # bytes of a posted form; uploads have their own way in


def create_app(settings: GatewaySettings) -> Flask:
    app = Flask("gateway", static_folder=None, template_folder="web")
    app.extensions["portail"] = settings
    app.config["MAX_CONTENT_LENGTH"] = FORM_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_LIMIT
    clock.set_offset(settings.portail_offset)
    logs.configure("gateway", level=settings.log_level, as_json=settings.env != "test")
    app.before_request(partial(_stamp, settings))
    request_log.register(app, "gateway", needs={"assets": _assets_missing}, reports=_reports(settings))
    protection.register(app, settings)
    _register_services(app, settings)
    entrances.register(app)
    refusals.register(app)
    register_components(app.jinja_env)
    filters.register(app)
    reception.register(app, settings)
    for blueprint in blueprints(settings):
        app.register_blueprint(blueprint)
    _wrap(app, settings)
    return app


def _reports(settings: GatewaySettings) -> dict[str, Check]:
    """The services, shown on readiness: pages say themselves what does not work while one is away."""
    return {name: partial(_answers, settings.url_of(name)) for name in SERVICES}


def _assets_missing() -> str | None:
    """The one thing without which no page can be made; services are asked when a page needs them."""
    try:
        load_assets()
    except AssetsMissing:
        return "not built"
    return None


def _answers(url: str) -> str | None:
    try:
        return None if get_once(f"{url}{ALIVE}", PROBE_SECONDS).status_code == HTTPStatus.OK else "refuses"
    except (OSError, HTTPException) as error:
        return type(error).__name__


def _stamp(settings: GatewaySettings) -> None:
    """The instant that counts for a deadline."""
    g.received_at = arrived_at(request.headers, behind_proxy=settings.behind_proxy)


def _register_services(app: Flask, settings: GatewaySettings) -> None:
    app.extensions["services"] = connect(settings)
    app.extensions["seal"] = Seal(settings.seal_key.each)
    owner.register(app)
    visitor.register(app, app.extensions["services"].for_pages["accounts"], app.extensions["services"].own_token)


def _wrap(app: Flask, settings: GatewaySettings) -> None:
    """Static files before the application; the visitor's address from the proxies that we run."""
    wsgi: Any = app.wsgi_app
    if settings.trusted_proxies:
        wsgi = ProxyFix(wsgi, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies, x_host=0)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        wsgi, root=str(STATIC_FOLDER), prefix="static/", immutable_file_test=lambda path, url: True
    )
