"""A receiver that accepts spans and never answers costs requests nothing, and a stop little."""

import os
import signal
from pathlib import Path

import requests

from tests.chassis.served_module import served
from tests.documents.test_for_operators import ENVIRONMENT
from tests.support.processes import wait_until
from tests.support.silent_server import SilentServer

REQUESTS = 20
EXPORT_SECONDS = 10.0  # of OpenTelemetry's defaults


def test_requests_are_answered_while_spans_wait_and_the_process_ends_by_itself(tmp_path: Path) -> None:
    """None of them waits for as long as an export does."""
    urls = {f"{name}_URL": f"sqlite:///{tmp_path / name}.db" for name in ("DATABASE", "BROKER")}
    with SilentServer() as hung:
        environment = {**ENVIRONMENT, **urls, "OTEL_EXPORTER_OTLP_ENDPOINT": hung.url}
        with served("services.documents", "web", **environment) as running:
            url, daemon = f"{running.url}/openapi.json", running.daemon
            requests.get(url, timeout=60)
            wait_until(lambda: bool(hung.requests), 60, "an export that nobody answers")
            assert all(requests.get(url, timeout=EXPORT_SECONDS / 2).ok for _ in range(REQUESTS))
            os.kill(daemon.pid, signal.SIGTERM)
            wait_until(lambda: not daemon.running, 60, "the end of the process")
            assert "SIGKILL" not in daemon.log.read_text(encoding="utf-8")
