"""The gateway's web application: what handles a request, in which order, when it arrived, and the
health checks."""

import math
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Flask, g, request
from werkzeug.datastructures import Headers
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from gateway import access, asked_again, error_pages, sessions, web_security
from gateway.assets import STATIC_FOLDER, AssetsMissing, load_assets
from gateway.components import register_components
from gateway.seal import Seal, owner_field
from gateway.service_clients import SERVICE_LABELS, ServiceClients
from gateway.settings import GatewaySettings
from gateway.web import blueprints
from gateway.web.justificatifs import file_reception
from services import clock
from services.chassis.http.sessions import get_once
from services.chassis.process import logs
from services.chassis.process.probe import HEALTH_PATHS, LIVE
from services.chassis.process.readiness import Readiness
from services.chassis.traces import spans
from services.chassis.web import health_pages, request_log
from services.contracts.api.sign_in import FRANCECONNECT, PROCONNECT, PROVIDER_PATHS

# of each service, asked at the same time: less than TIMEOUT_SECONDS of chassis/process/readiness.py
PROBE_SECONDS = 0.8
PASSED_ON_AT_HEADER = "X-Passed-On-At"
"""Seconds since 1970 (UTC) at which the proxy passed the request on. The proxy
(deploy/containers/proxy/nginx.conf) overwrites this header and the next if a client sends them."""
HELD_SECONDS_HEADER = "X-Passed-On-After"
"""Seconds from the arrival of the request's head until then."""
LONGEST_REQUEST = timedelta(hours=1)  # an upload may take half of it
FORM_LIMIT = (
    1024 * 1024
)  # bytes of a posted form; files have another limit (web/justificatifs/file_reception.py)


def create_app(settings: GatewaySettings) -> Flask:
    app = Flask("gateway", static_folder=None, template_folder="web")
    spans.trace_requests(app, without=HEALTH_PATHS)
    app.extensions["portail"] = settings
    app.config["MAX_CONTENT_LENGTH"] = FORM_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_LIMIT
    clock.set_offset(settings.portail_offset)
    logs.configure("gateway", level=settings.log_level, as_json=settings.env != "test")
    app.before_request(partial(_note_arrival_time, settings))
    request_log.register(
        app, "gateway", threads=settings.threads, is_called_by_ours=settings.behind_proxy
    )
    # Shown by /health/ready without failing it: pages tell what does not work while a service is
    # down.
    services = {name: partial(_check_service, settings.url_of(name)) for name in SERVICE_LABELS}
    health_pages.register(app, Readiness(app, needs={"assets": _assets_missing}, reports=services))
    web_security.register(app, settings)
    _register_services(app, settings)
    access.register(app)
    error_pages.register(app)
    register_components(app.jinja_env)
    file_reception.register(app, settings)
    for blueprint in blueprints(settings):
        app.register_blueprint(blueprint)
    _wrap_wsgi(app, settings)
    return app


def _assets_missing() -> str | None:
    """A requirement of readiness: without the built assets no page can be rendered."""
    try:
        load_assets()
    except AssetsMissing:
        return "not built"
    return None


def _check_service(url: str) -> str | None:
    try:
        return (
            None
            if get_once(f"{url}{LIVE}", PROBE_SECONDS).status_code == HTTPStatus.OK
            else "refuses"
        )
    except OSError as error:
        return type(error).__name__


def _note_arrival_time(settings: GatewaySettings) -> None:
    """Store the request's arrival time, which calls of services pass on and which is compared with
    deadlines."""
    g.received_at = arrival_time(request.headers, behind_proxy=settings.behind_proxy)


def arrival_time(headers: Headers, *, behind_proxy: bool) -> datetime:
    """When a request arrived, in portal time: the instant that is compared with deadlines, however
    slowly its body follows. The current instant if there is no proxy, or if its headers are missing
    or implausible."""
    if not behind_proxy:
        return clock.portal_now()
    now = clock.system_now()
    try:
        passed_on_at = float(headers[PASSED_ON_AT_HEADER])
        held_seconds = float(headers[HELD_SECONDS_HEADER])
        arrived = datetime.fromtimestamp(passed_on_at - held_seconds, UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return clock.portal_now()
    plausible = (
        math.isfinite(held_seconds)
        and held_seconds >= 0
        and timedelta() <= now - arrived <= LONGEST_REQUEST
    )
    return (arrived if plausible else now) + clock.offset()


def _register_services(app: Flask, settings: GatewaySettings) -> None:
    app.extensions["service_clients"] = ServiceClients(settings)
    app.extensions["seal"] = Seal(settings.seal_key.each)
    app.jinja_env.globals["owner_field"] = owner_field
    app.jinja_env.globals["providers"] = {
        FRANCECONNECT: settings.franceconnect_issuer,
        PROCONNECT: settings.proconnect_issuer,
    }
    app.jinja_env.globals["provider_paths"] = PROVIDER_PATHS
    asked_again.register(app)
    sessions.register(app)


def _wrap_wsgi(app: Flask, settings: GatewaySettings) -> None:
    """Serve static files before the application; take the visitor's address from trusted
    proxies."""
    wsgi: Any = app.wsgi_app
    if settings.trusted_proxies:
        wsgi = ProxyFix(
            wsgi, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies, x_host=0
        )
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        wsgi,
        root=str(STATIC_FOLDER),
        prefix="static/",
        immutable_file_test=lambda path, url: True,
        allow_all_origins=False,
    )
