"""What a probe hears of the gateway: whether pages can be made, and which service is away."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.app import create_app
from gateway.assets import load_assets
from gateway.settings import GatewaySettings
from tests.support.in_process_portal import InProcessPortal


def test_the_gateway_is_ready_while_services_are_away_and_names_them(running: InProcessPortal) -> None:
    settings: GatewaySettings = running.gateway.app.extensions["portail"]
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes connections and says nothing
        silent = f"http://127.0.0.1:{listener.getsockname()[1]}"
        away = replace(settings, registrations_url=silent, documents_url=silent, pieces_url=silent)
        begun = time.monotonic()
        answer = create_app(away).test_client().get("/health/ready")
        assert time.monotonic() - begun < 3.5
    assert answer.status_code == 200
    assert answer.get_json()["checks"] == {
        "assets": "ok",
        "accounts": "ok",
        "registrations": "TimeoutError",
        "documents": "TimeoutError",
        "pieces": "TimeoutError",
    }


def test_a_gateway_without_its_assets_is_not_ready(
    running: InProcessPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.app.load_assets", lambda: load_assets(tmp_path))
    answer = running.gateway.app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["assets"] == "not built"


def test_invented_methods_make_one_metric_at_most(running: InProcessPortal) -> None:
    client = running.gateway.app.test_client()
    for number in range(20):
        client.open("/", method=f"INVENTED{number}", base_url=running.url)
    assert "INVENTED" not in client.get("/metrics").text
