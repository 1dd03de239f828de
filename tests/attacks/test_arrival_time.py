"""The instant that counts for a deadline is the one at which the proxy saw a request's head; nobody
else tells it."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask, g, request

from gateway.app import HELD_SECONDS_HEADER, PASSED_ON_AT_HEADER, arrival_time, create_app
from services import clock
from tests.attacks.conftest import TIMEOUT_SECONDS
from tests.support.app_server import AppServer
from tests.support.in_process_portal import InProcessPortal, running_portal
from tests.support.nginx_proxy import Proxy
from tests.support.ports import free_port
from tests.support.processes import wait_until

A_WHILE = timedelta(seconds=1)


def forged() -> dict[str, str]:
    """What a client says who would like to have come half an hour ago."""
    return {
        PASSED_ON_AT_HEADER: f"{clock.system_now().timestamp():.3f}",
        HELD_SECONDS_HEADER: "1800.000",
    }


@pytest.fixture(autouse=True)
def _portal_time_is_the_systems() -> Iterator[None]:
    """A portal of other tests, which may live in this process for the whole run, is in the guide's
    month."""
    before = clock.offset().total_seconds()
    clock.set_offset(0)
    yield
    clock.set_offset(before)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Of the proxy before an application that answers when it thinks that the request came."""
    app = Flask("arrivals", static_folder=None)

    @app.route("/", methods=["GET", "POST"])
    def when() -> str:
        return arrival_time(request.headers, behind_proxy=True).isoformat()

    port = free_port()
    proxy = Proxy(port)
    proxy.dns.addresses = ["127.0.0.1"]
    with ExitStack() as opened:
        opened.callback(proxy.close)
        opened.callback(AppServer(app, port).stop)
        yield proxy.url


def test_a_body_that_drips_counts_from_its_head(url: str) -> None:
    where = urlsplit(url)
    with socket.create_connection(
        (str(where.hostname), int(where.port or 0)), timeout=TIMEOUT_SECONDS
    ) as connection:
        before = clock.system_now()
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\na"
        )
        head_sent = clock.system_now()
        wait_until(
            lambda: clock.system_now() > head_sent + A_WHILE,
            TIMEOUT_SECONDS,
            "some seconds between two bytes",
        )
        connection.sendall(b"b")
        with connection.makefile("rb") as answer:
            arrived = datetime.fromisoformat(answer.read().rpartition(b"\r\n\r\n")[2].decode())
    assert before - timedelta(milliseconds=10) < arrived < head_sent + A_WHILE


def test_what_a_client_says_of_its_own_arrival_is_written_over(url: str) -> None:
    before = clock.system_now()
    arrived = datetime.fromisoformat(
        requests.get(url, headers=forged(), timeout=TIMEOUT_SECONDS).text
    )
    assert arrived > before - timedelta(milliseconds=10)


def test_a_gateway_believes_the_proxy_in_portal_time_and_without_a_proxy_nobody(
    tmp_path: Path,
) -> None:
    with running_portal(tmp_path) as running:
        alone = running.gateway.app
        assert alone.extensions["portail"].behind_proxy is False
        before = clock.portal_now()
        assert before <= taken_up(alone, running, forged()) <= clock.portal_now()
        behind = create_app(
            running.gateway_settings(clock.offset().total_seconds(), behind_proxy=True)
        )
        now = clock.system_now().timestamp()
        taken = taken_up(
            behind, running, {PASSED_ON_AT_HEADER: f"{now:.3f}", HELD_SECONDS_HEADER: "900.000"}
        )
        assert abs(taken - (clock.portal_now() - timedelta(seconds=900))) < timedelta(
            seconds=TIMEOUT_SECONDS
        )


@pytest.mark.parametrize(
    ("at", "after"),
    [
        ("", "0"),
        ("nan", "0"),
        ("1e400", "0"),
        ("0", "nan"),
        ("0", "-1"),
        ("{now}", "7200"),
        ("{later}", "0"),
        ("x", "y"),
    ],
)
def test_what_cannot_be_is_not_believed(at: str, after: str) -> None:
    now = clock.system_now()
    at = at.format(now=now.timestamp(), later=now.timestamp() + 3600)
    with Flask("none").test_request_context(
        headers={PASSED_ON_AT_HEADER: at, HELD_SECONDS_HEADER: after}
    ):
        assert now <= arrival_time(request.headers, behind_proxy=True) <= clock.system_now()


def taken_up(app: Flask, running: InProcessPortal, headers: dict[str, str]) -> datetime:
    """What the gateway takes for the arrival of a request with these headers."""
    with app.test_client() as client:
        client.get("/connexion", base_url=running.url, headers=headers)
        taken: datetime = g.received_at
    return taken
