"""A process of `make run` that hangs is ended and started again."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import supervisor
from deploy.local.children import Child
from deploy.local.supervisor import Supervisor
from services.chassis.process.probe import LIVE
from tests.support.ports import free_port
from tests.support.processes import wait_until

PATIENT = 30.0  # seconds
LIVES = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture
def supervised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    for name in ("SILENT_SECONDS", "ANSWER_SECONDS", "ASK_SECONDS", "RESTART_SECONDS", "STOP_SECONDS"):
        monkeypatch.setattr(supervisor, name, 0.2)
    port, supervised = free_port(), Supervisor(tmp_path)
    health = f"http://127.0.0.1:{port}{LIVE}"
    supervised.start(Child("web", (sys.executable, "-c", LIVES, str(port)), os.environ, health, is_ours=False))
    yield supervised
    supervised.stop()


def test_who_hangs_is_ended_and_started_again_once_it_has_lived(supervised: Supervisor) -> None:
    supervised.wait_ready(["web"], PATIENT)
    supervised.end_silent()
    hung = supervised._running["web"].process.pid
    os.kill(hung, signal.SIGSTOP)

    def replaced() -> bool:
        supervised.end_silent()
        supervised.restart_crashed()
        return supervised._running["web"].process.pid != hung

    wait_until(replaced, PATIENT, "another takes its place")
    supervised.wait_ready(["web"], PATIENT)


def test_who_has_not_lived_yet_may_take_its_time(supervised: Supervisor) -> None:
    started = supervised._running["web"].process.pid
    os.kill(started, signal.SIGSTOP)
    for _ in range(2 * supervisor.SILENT_QUESTIONS):
        supervised._running["web"].asked = 0.0
        supervised.end_silent()
    supervised.restart_crashed()
    assert supervised._running["web"].process.pid == started
