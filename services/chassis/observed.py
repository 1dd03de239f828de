"""What is seen of each request: an id carried everywhere, one log line, two metrics; and the health pages."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

from services.chassis import access
from services.chassis.readiness import Check, Readiness

log = structlog.get_logger()

REQUEST_ID = "X-Request-ID"
ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
QUIET = ("/health/live", "/health/ready", "/metrics")

REQUESTS = Counter("http_requests_total", "Requests answered", ("service", "method", "route", "status"))
DURATION = Histogram("http_request_seconds", "Time to answer", ("service", "route"))


def register(app: Flask, service: str, *, needs: dict[str, Check], reports: dict[str, Check]) -> None:
    """`needs` and `reports` are those of Readiness."""

    def begin() -> None:
        offered = request.headers.get(REQUEST_ID, "")
        g.request_id = offered if ACCEPTED_ID.fullmatch(offered) else uuid.uuid4().hex
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unknown"
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        response.headers[REQUEST_ID] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cache-Control", "no-store")
        method = request.method if request.method in METHODS else "other"  # invented ones would be metrics for ever
        REQUESTS.labels(service, method, route, response.status_code).inc()
        DURATION.labels(service, route).observe(seconds)
        if route not in QUIET:
            log.info("request", method=method, route=route, status=response.status_code,
                     ms=round(seconds * 1000))  # fmt: skip
        return response

    app.before_request(begin)
    app.after_request(end)
    _register_health(app, Readiness(app, needs=needs, reports=reports))


def _register_health(app: Flask, readiness: Readiness) -> None:
    @app.get("/health/live")
    @access.public
    def health_live() -> Response:
        return jsonify(status="ok")

    @app.get("/health/ready")
    @access.public
    def health_ready() -> tuple[Response, int]:
        ready, shown = readiness.ask()
        return jsonify(status="ok" if ready else "unavailable", checks=shown), 200 if ready else 503

    @app.get("/metrics")
    @access.public
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
