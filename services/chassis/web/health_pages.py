"""The pages of HEALTH_PATHS. Who may read metrics from outside, the gateway says
(gateway/web_security.py)."""

import threading

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from services.chassis.process.probe import LIVE, METRICS, READY
from services.chassis.process.readiness import Check, Readiness
from services.chassis.web import access


def register(app: Flask, readiness: Readiness, stuck: Check | None = None) -> None:
    """`stuck`: why a worker does not live. A restart does not repair a database, which is of
    `readiness`."""

    @app.get(LIVE)
    @access.public
    def health_live() -> Response | tuple[Response, int]:
        if stuck is None:
            return jsonify(status="ok")
        return _health((reason := stuck()) is None, {"threads": reason or "ok"})

    @app.get(READY)
    @access.public
    def health_ready() -> tuple[Response, int]:
        return _health(*readiness.ask())

    @app.get(METRICS)
    @access.public
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _health(well: bool, checks: dict[str, str]) -> tuple[Response, int]:
    return jsonify(status="ok" if well else "unavailable", checks=checks), 200 if well else 503


class _Unlogged(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Probes are not logged."""


def serve(host: str, port: int, readiness: Readiness, stuck: Check) -> BaseWSGIServer:
    """Serve a worker's pages, and nothing else, in a separate thread."""
    app = Flask("worker", static_folder=None)
    register(app, readiness, stuck)
    server = make_server(host, port, app, threaded=True, request_handler=_Unlogged)
    threading.Thread(target=server.serve_forever, name="page", daemon=True).start()
    return server
