"""The pages of HEALTH_PATHS of a web process. A worker's are in process/worker.py; who may read metrics from
outside, the gateway says (gateway/web_security.py)."""

from __future__ import annotations

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.chassis.process.probe import LIVE, METRICS, READY
from services.chassis.process.readiness import Readiness
from services.chassis.web import access


def register(app: Flask, readiness: Readiness) -> None:
    @app.get(LIVE)
    @access.public
    def health_live() -> Response:
        return jsonify(status="ok")

    @app.get(READY)
    @access.public
    def health_ready() -> tuple[Response, int]:
        ready, shown = readiness.ask()
        return jsonify(status="ok" if ready else "unavailable", checks=shown), 200 if ready else 503

    @app.get(METRICS)
    @access.public
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
