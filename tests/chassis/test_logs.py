"""What reaches the logs of a process: routes and kinds of errors, never what somebody typed or a library was given."""

import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import structlog
from prometheus_client import REGISTRY

from services.chassis.process.logs import LONGEST_REASON
from tests.chassis.served_module import served
from tests.chassis.sites import failing

PERSON = "laurent.binet"


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """As they were before."""
    root, server, ours = logging.getLogger(), logging.getLogger("gunicorn.error"), structlog.get_config()
    before = root.handlers, root.level, server.handlers
    yield
    root.handlers, root.level, server.handlers = before
    structlog.configure(**ours)


def lines_in(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def test_an_error_is_logged_with_its_route_and_without_the_address_or_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nor is the address of a request that is no route."""
    client = failing().test_client()
    assert client.get(f"/people/{PERSON}?mail={PERSON}@example.org").status_code == 500
    assert client.get(f"/nowhere/{PERSON}").status_code == 404
    printed = "".join(capsys.readouterr())
    assert PERSON not in printed
    (line,) = [line for line in lines_in(printed) if line["event"] == "unhandled_error"]
    assert (line["route"], line["method"]) == ("/people/<name>", "GET")
    assert line["reason"].startswith("ValueError at ")


def test_a_library_says_its_own_words_in_a_bounded_line_and_nothing_below_a_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failing().test_client().get(f"/library/{PERSON}")
    printed = "".join(capsys.readouterr())
    assert PERSON not in printed
    events = [line["event"] for line in lines_in(printed) if line.get("logger") == "some.library"]
    assert events == ["this is %s", "x" * LONGEST_REASON]


@pytest.mark.parametrize("method", ["OUVRIR", "FERMER", "PROPFIND"])
def test_invented_methods_are_refused_and_make_one_series(method: str) -> None:
    client = failing().test_client()
    for path in ("/people/x", "/nowhere"):
        assert client.open(path, method=method).status_code in (404, 405)
    methods = {sample.labels["method"] for family in REGISTRY.collect() if family.name == "http_requests"
               for sample in family.samples}  # fmt: skip
    assert "OTHER" in methods
    assert method not in methods


def test_the_server_itself_logs_no_address_and_no_path_of_what_it_refuses_or_cannot_serve() -> None:
    with served("tests.chassis.sites", "failing", THREADS="2") as site:
        assert requests.get(f"{site.url}/outside/{PERSON}?q={PERSON}", timeout=60).status_code == 500
        with socket.create_connection(("127.0.0.1", site.port), timeout=60) as spoilt:
            spoilt.sendall(f"GET /people/{PERSON} NO HTTP\r\n\r\n".encode())
            assert b" 400 " in spoilt.recv(4096)
        printed = site.daemon.log.read_text()
    assert PERSON not in printed
    assert "127.0.0.1" not in printed
    assert {line["event"] for line in lines_in(printed)} >= {"Error handling request %s %s", "Invalid request"}
