"""What services are asked while pages are made, and what a tool is answered."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.chassis.process.probe import LIVE

Asked = Callable[[], list[str]]


def note_calls(monkeypatch: pytest.MonkeyPatch, **apps: Flask) -> Asked:
    """Gives what these services were asked since the last time (« registrations GET /v1/mine »), in order."""
    calls: list[str] = []

    def noted(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            if environ["PATH_INFO"] != LIVE:
                calls.append(f"{name} {environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            return plain(environ, start_response)

        return answer

    for name, app in apps.items():
        monkeypatch.setattr(app, "wsgi_app", noted(name, app.wsgi_app))

    return lambda: [calls.pop(0) for _ in range(len(calls))]


def ask_api(gateway: Flask, path: str, token: str, method: str = "GET", address: str = "192.0.2.7") -> TestResponse:
    """As a tool does that has this token."""
    host = gateway.extensions["portail"].public_url.partition("://")[2]
    headers = {"Host": host, "Authorization": f"Bearer {token}"}
    environment = {"REMOTE_ADDR": address}
    return gateway.test_client().open(f"/api/{path}", method=method, headers=headers, environ_overrides=environment)
