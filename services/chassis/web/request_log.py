"""Observability of requests: an id passed on everywhere, one log line, two metrics."""

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from services.chassis.process.logs import REQUEST_ID
from services.chassis.process.places import POOL_IN_USE, POOL_SIZE
from services.chassis.process.probe import HEALTH_PATHS
from services.chassis.traces import spans

log = structlog.get_logger()

ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
)  # others would create time series without limit

REQUESTS = Counter(
    "http_requests_total", "Requests answered", ("service", "method", "route", "status")
)
DURATION = Histogram("http_request_seconds", "Time to answer", ("service", "route"))


def register(app: Flask, service: str, *, threads: int, is_called_by_ours: bool = True) -> None:
    """`threads`: how many requests the process answers at once. `is_called_by_ours`: by a service
    or a proxy of ours, whose id goes on; a stranger's would mix its lines with those of others."""
    POOL_SIZE.labels("requests").set(threads)
    threads_in_use = POOL_IN_USE.labels("requests")
    threads_in_use.set(0)

    def begin() -> None:
        threads_in_use.inc()
        g.has_thread = True
        offered = request.headers.get(REQUEST_ID, "") if is_called_by_ours else ""
        g.request_id = offered if ACCEPTED_ID.fullmatch(offered) else uuid.uuid4().hex
        g.started = time.perf_counter()
        g.method = request.method if request.method in METHODS else "OTHER"
        g.route = request.url_rule.rule if request.url_rule else "unknown"
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            request_id=g.request_id, method=g.method, route=g.route
        )
        spans.note("portail.request_id", g.request_id)

    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        response.headers[REQUEST_ID] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cache-Control", "no-store")
        REQUESTS.labels(service, g.method, g.route, response.status_code).inc()
        DURATION.labels(service, g.route).observe(seconds)
        if g.route not in HEALTH_PATHS:
            log.info("request", status=response.status_code, ms=round(seconds * 1000))
        return response

    def ignore_exception(exc_info: object) -> None:
        pass

    def release_thread(_: BaseException | None) -> None:
        if g.pop("has_thread", False):
            threads_in_use.dec()

    # Flask's own line tells the path; the handlers of errors say what may be said.
    app.log_exception = ignore_exception  # type: ignore[method-assign]
    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(release_thread)
