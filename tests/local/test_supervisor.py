"""A process of `make run` that hangs is started again; the launcher stops all of them however often it is told."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local import __main__ as launcher
from deploy.local import supervisor
from deploy.local.children import Child
from deploy.local.forking import STOP_SIGNALS
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


class Supervised:
    """Told to stop as the first child starts, and again while the children are being stopped."""

    def __init__(self) -> None:
        self.stopped = False

    def start(self, _child: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def stop(self) -> None:
        for number in STOP_SIGNALS:
            os.kill(os.getpid(), number)
        self.stopped = True


@pytest.fixture
def handled() -> Iterator[None]:
    """As the launcher handles them, in a process that is not one."""
    before = {number: signal.signal(number, launcher._stop) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handled")
def test_it_stops_every_child_however_often_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    supervised, plan = Supervised(), SimpleNamespace(state=SimpleNamespace(logs=tmp_path), objects=lambda: None)
    monkeypatch.setattr(launcher, "Supervisor", lambda _logs: supervised)
    launcher._run(plan)  # type: ignore[arg-type]
    assert supervised.stopped
