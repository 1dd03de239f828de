"""A worker as a process: probes and metrics on its own port, and a stop that finishes what is in hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import requests

from services.chassis.events import follow_up
from tests.chassis.events.ledger import Ledger, declare
from tests.support.ports import free_port
from tests.support.processes import wait_until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import dataclasses, sys
from services.chassis import worker
from services.chassis.jobs import Jobs
from tests.chassis.events.ledger import Ledger
ledger = Ledger("writer", sys.argv[1], sys.argv[2])
settings = ledger.app.extensions["portail"]
ledger.app.extensions["portail"] = dataclasses.replace(settings, worker_port=int(sys.argv[3]))
worker.run(ledger.app, ledger.handlers, Jobs())
"""


def test_a_worker_shows_its_health_and_metrics_and_stops_when_told(tmp_path: Path) -> None:
    broker_url, port = f"sqlite:///{tmp_path}/broker.db", free_port()
    declare(broker_url)
    writer = Ledger("writer", f"sqlite:///{tmp_path}/writer.db", broker_url)
    command = [sys.executable, "-c", PROGRAM, writer.database_url, broker_url, str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        wait_until(lambda: status(port, "live") == 200, 30, "the probe")
        assert status(port, "ready") == 200
        with writer.writing() as session:
            follow_up(session, "tell", {"text": "a friend"}, subject="somebody")
        wait_until(lambda: writer.entries() == ["told a friend"], 10, "the follow-up")
        page = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
        assert 'events_handled_total{service="writer"} 1.0' in page
        assert 'outbox_waiting{service="writer"}' in page
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def status(port: int, probe: str) -> int:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/{probe}", timeout=5).status_code
    except requests.ConnectionError:
        return 0
