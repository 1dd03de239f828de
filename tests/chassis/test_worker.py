"""A worker as a process: probes and metrics on its own port, and a stop that finishes what is in hand."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import requests

from services.chassis.tasks import gauges
from services.chassis.tasks.gauges import Gauge
from tests.chassis.events.ledger import Ledger
from tests.support.ports import free_port
from tests.support.processes import wait_until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import dataclasses, sys
from services.chassis.process import worker
from services.chassis.tasks.gauges import Gauge

from tests.chassis.events.ledger import Ledger
ledger = Ledger("writer", sys.argv[1], sys.argv[2])
settings = ledger.app.extensions["portail"]
ledger.app.extensions["portail"] = dataclasses.replace(settings, worker_port=int(sys.argv[3]))
Gauge("files_lost", "-")
ledger.handlers.every(hours=24, name="count")(ledger.count)
worker.run(ledger.app, ledger.handlers)
"""


def test_a_worker_shows_its_health_and_metrics_and_stops_when_told(tmp_path: Path) -> None:
    """A process of its own, which is looked at as its loops come round: some seconds."""
    writer, port = Ledger.alone("writer", tmp_path), free_port()
    with writer.app.app_context():
        gauges.record(writer.db, Gauge("files_lost", "-"), 3)
    command = [sys.executable, "-c", PROGRAM, writer.database_url, writer.broker_url, str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        wait_until(lambda: status(port, "live") == 200, 60, "the probe")
        assert status(port, "ready") == 200
        writer.ask_to_tell("a friend")
        wait_until(lambda: "told a friend" in writer.entries(), 60, "the follow-up")
        wait_until(lambda: "counted" in writer.entries(), 60, "the job")
        of_job, of_channel = '{job="count",service="writer"}', '{channel="follow-ups",service="writer"}'
        for shown in ("files_lost 3.0", f"tasks_waiting{of_channel}", f"job_running_seconds{of_job}"):
            wait_until(lambda shown=shown: shown in metrics(port), 60, shown)  # type: ignore[misc]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def metrics(port: int) -> str:
    return requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text


def status(port: int, probe: str) -> int:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/{probe}", timeout=5).status_code
    except requests.ConnectionError:
        return 0
