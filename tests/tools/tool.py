"""The tool as a process of its own, with nothing of the portal on its path."""

import csv
import json
import os
import subprocess
import sys
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from services.accounts.operations.staff_tokens import create_token
from services.chassis.database.audit import Actor
from tests.gateway.gestion.people import StaffAccount
from tests.support.in_process_four_services import InProcessFourServices

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tools" / "portail"
SECONDS = 120
SCOPES = ("pieces:read", "pieces:control", "candidatures:read", "candidatures:manage", "documents:publish")


def tool_token(portal: InProcessFourServices, account: StaffAccount, *scopes: str) -> str:
    """A personal access token; by default with all that the tool asks for."""
    with portal.accounts.app.app_context():
        life, actor = timedelta(days=1), Actor("command", "test")
        return create_token(account.email, name="portail", scopes=scopes or SCOPES, life=life, actor=actor)[1]


@dataclass
class Tool:
    """Runs commands in `folder`, which also holds the tool's own files."""

    url: str
    token: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "portail", *words],
            cwd=self.folder,
            env=self.surroundings(),
            input=typed,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def surroundings(self) -> dict[str, str]:
        """The environment of a gestionnaire's shell."""
        connection = {"PORTAIL_URL": self.url, "PORTAIL_TOKEN": self.token}
        folders = {"HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")}
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCE),
            "PYTHONUTF8": "1",
            "TZ": "Indian/Reunion",
            **folders,
            **connection,
            **self.environment,
        }

    def done(self, *words: str) -> str:
        result = self.run(*words)
        assert result.returncode == 0, (words, result.stdout, result.stderr)
        return result.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.done(*words, "--json"))


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines(), delimiter=";"))


LOST, BUSY, UNHEARD = "the answer is lost", "503 with Retry-After", "the call is lost"
PASSES = "nothing fails"
_OF_A_CONNECTION = {"connection", "transfer-encoding", "content-length", "content-encoding", "host", "accept-encoding"}


class UnreliablePortal:
    """`fail(method, how, …)`: what becomes of the next calls of that method. `calls` counts them by method."""

    def __init__(self, portal_url: str) -> None:
        self.calls: Counter[str] = Counter()
        self._portal_url = portal_url
        self._failures: dict[str, deque[str]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.pass_on(self)

            do_POST = do_PATCH = do_DELETE = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Logs nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def fail(self, method: str, *how: str) -> None:
        self._failures[method] = deque(how)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def pass_on(self, request: BaseHTTPRequestHandler) -> None:
        self.calls[request.command] += 1
        failures = self._failures.get(request.command)
        failure = failures.popleft() if failures else None
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        if failure == UNHEARD:
            request.connection.close()
            return
        if failure == BUSY:
            request.send_response(503)
            request.send_header("Retry-After", "1")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        answer = self._answer(request, body)
        if failure == LOST:
            request.connection.close()
            return
        request.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in _OF_A_CONNECTION:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(answer.content)))
        request.end_headers()
        request.wfile.write(answer.content)

    def _answer(self, request: BaseHTTPRequestHandler, body: bytes) -> requests.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OF_A_CONNECTION}
        headers["Host"] = self._portal_url.removeprefix("http://")
        url = self._portal_url + request.path
        return requests.request(request.command, url, data=body, headers=headers, timeout=60)
