"""The HTTP page that monitoring reads, on port 8000: /metrics and /health/ready."""

from __future__ import annotations

import contextlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deploy.backups.ages import Ages

PORT = 8000


def serve(ages: Ages, port: int = PORT) -> None:
    """Answer until the process ends."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, "text/plain; version=0.0.4", ages.metrics())
            elif self.path == "/health/ready":
                alarms = ages.alarms()
                self._answer(503 if alarms else 200, "application/json", json.dumps({"too_old": alarms}))
            else:
                self._answer(404, "text/plain", "")

        def log_message(self, format: str, *words: object) -> None:
            """Probes are not logged."""

        def _answer(self, status: int, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who asked has hung up
                self.wfile.write(content)

    ThreadingHTTPServer(("0.0.0.0", port), Page).serve_forever()  # noqa: S104 - the container's networks are inside
