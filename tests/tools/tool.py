"""The tool as a process of its own, with nothing of the portal on its path."""

import csv
import json
import os
import socket
import subprocess
import sys
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from flask import Flask, Response, request

from services.accounts.operations.staff_tokens import create_token
from services.chassis.database.audit import Actor
from tests.gateway.gestion.people import StaffAccount
from tests.support.app_server import AppServer
from tests.support.in_process_four_services import InProcessFourServices

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tools" / "portail"
SECONDS = 120
SCOPES = (
    "pieces:read",
    "pieces:control",
    "candidatures:read",
    "candidatures:manage",
    "documents:publish",
)


def tool_token(portal: InProcessFourServices, account: StaffAccount, *scopes: str) -> str:
    """A personal access token; by default with all that the tool asks for."""
    with portal.accounts.app.app_context():
        life = timedelta(days=1)
        actor = Actor("command", "test")
        return create_token(
            account.email, name="portail", scopes=scopes or SCOPES, life=life, actor=actor
        )[1]


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


LOST = "the answer is lost"
BUSY = "503 with Retry-After"
UNHEARD = "the call is lost"
PASSES = "nothing fails"
_OF_A_CONNECTION = {
    "connection",
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "host",
    "accept-encoding",
}


class UnreliablePortal(AppServer):
    """`fail(method, how, …)`: what becomes of the next calls of that method. `calls` counts them by
    method."""

    def __init__(self, portal_url: str) -> None:
        self.calls: Counter[str] = Counter()
        self._portal_url = portal_url
        self._failures: dict[str, deque[str]] = {}
        app = Flask("network", static_folder=None)
        app.before_request(self._pass_on)
        super().__init__(app)

    def fail(self, method: str, *how: str) -> None:
        self._failures[method] = deque(how)

    def _pass_on(self) -> Response:
        self.calls[request.method] += 1
        failures = self._failures.get(request.method)
        failure = failures.popleft() if failures else PASSES
        if failure == BUSY:
            return Response(status=503, headers={"Retry-After": "1"})
        answered = Response()
        if failure != UNHEARD:
            url = self._portal_url + request.environ["REQUEST_URI"]
            headers = _passed_on(request.headers)
            answer = requests.request(
                request.method, url, data=request.get_data(), headers=headers, timeout=60
            )
            answered = Response(answer.content, answer.status_code, _passed_on(answer.headers))
        if failure in (LOST, UNHEARD):
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)  # the answer goes nowhere
        return answered


def _passed_on(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OF_A_CONNECTION}
