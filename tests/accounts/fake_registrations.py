"""A stand-in for registrations: answers what accounts asks of it, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from services.chassis.process.health_paths import LIVE


class FakeRegistrations:
    """`engaged`: candidates with a saved candidature; `floors`: identity floors by candidate; `erased`: candidates.

    `down` answers 503 to everything; `lose_answers` stores a floor and answers 503.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.clear()

    def clear(self) -> None:
        self.engaged: set[str] = set()
        self.floors: dict[str, int] = {}
        self.erased: set[str] = set()
        self.down = False
        self.lose_answers = False

    def get(self, candidate: str) -> tuple[int, dict[str, object] | None]:
        return 200, {"engaged": candidate in self.engaged}

    def put(self, candidate: str, version: int) -> tuple[int, dict[str, object] | None]:
        if candidate in self.engaged:
            return 409, {"type": "/problems/candidature-existante", "title": "…", "status": 409, "detail": "…"}
        self.floors[candidate] = version
        return (503, None) if self.lose_answers else (204, None)

    def delete(self, candidate: str) -> tuple[int, dict[str, object] | None]:
        self.erased.add(candidate)
        return 204, None


@contextmanager
def run_fake_registrations() -> Iterator[FakeRegistrations]:
    fakes: list[FakeRegistrations] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == LIVE:
                self.send_response(204)
                self.end_headers()
            else:
                self._answer(fakes[0].get(self.path.split("/")[3]))

        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if fakes[0].down:
                self._answer((503, None))
                return
            self._answer(fakes[0].put(self.path.split("/")[3], body["version"]))

        def do_DELETE(self) -> None:
            candidate = self.path.split("/")[3]
            self._answer((409, None) if candidate in fakes[0].engaged else fakes[0].delete(candidate))

        def _answer(self, answer: tuple[int, dict[str, object] | None]) -> None:
            status, body = (503, None) if fakes[0].down else answer
            assert self.headers["Authorization"].startswith("Bearer ")
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fakes.append(FakeRegistrations(f"http://127.0.0.1:{server.server_address[1]}"))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield fakes[0]
    server.shutdown()
    server.server_close()
