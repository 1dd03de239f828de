"""The gateway before the services, for a folder or a module of tests; what they are asked, what a
tool is answered."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.chassis.process.probe import LIVE
from tests.support.in_process_four_services import InProcessFourServices, running_four_services
from tests.support.in_process_portal import InProcessPortal, running_portal
from tests.support.object_store import ObjectStore

Scope = Literal["session", "package", "module"]
Asked = Callable[[], list[str]]


def four_services(scope: Scope) -> Any:
    """The fixture `running` of whoever assigns it."""

    @pytest.fixture(scope=scope)
    def running(
        objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[InProcessFourServices]:
        with running_four_services(
            tmp_path_factory.mktemp("portal"), objects.fresh_bucket().url
        ) as portal:
            yield portal

    return running


def two_services(scope: Scope, **of_gateway: Any) -> Any:
    """The same, before accounts and registrations alone."""

    @pytest.fixture(scope=scope)
    def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessPortal]:
        with running_portal(tmp_path_factory.mktemp("portal"), **of_gateway) as portal:
            yield portal

    return running


def note_calls(monkeypatch: pytest.MonkeyPatch, **apps: Flask) -> Asked:
    """Gives what these services were asked since the last time (« registrations GET /v1/mine »), in
    order."""
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


def ask_api(
    gateway: Flask, path: str, token: str, method: str = "GET", address: str = "192.0.2.7"
) -> TestResponse:
    """As a tool does that has this token."""
    host = gateway.extensions["portail"].public_url.partition("://")[2]
    headers = {"Host": host, "Authorization": f"Bearer {token}"}
    environment = {"REMOTE_ADDR": address}
    return gateway.test_client().open(
        f"/api/{path}", method=method, headers=headers, environ_overrides=environment
    )
