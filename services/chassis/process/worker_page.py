"""The HTTP server of a worker, for probes and metrics only."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.chassis.process.health_paths import LIVE, METRICS, READY
from services.chassis.process.readiness import Check, Readiness


def serve(host: str, port: int, stuck: Check, readiness: Readiness) -> ThreadingHTTPServer:
    """Serve in a separate thread. `/health/live` checks `stuck` only: a restart does not repair a database."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == METRICS:
                self._answer(200, generate_latest(), CONTENT_TYPE_LATEST)
            elif self.path == LIVE:
                reason = stuck()
                self._health(reason is None, {"threads": reason or "ok"})
            elif self.path == READY:
                self._health(*readiness.ask())
            else:
                self._answer(404, b"", "text/plain")

        def log_message(self, *_: object) -> None:
            """Probes are not logged."""

        def _health(self, well: bool, checks: dict[str, str]) -> None:
            body = {"status": "ok" if well else "unavailable", "checks": checks}
            self._answer(200 if well else 503, orjson.dumps(body), "application/json")

        def _answer(self, status: int, body: bytes, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who asked has hung up
                self.wfile.write(body)

    server = ThreadingHTTPServer((host, port), Page)
    threading.Thread(target=server.serve_forever, name="page", daemon=True).start()
    return server
