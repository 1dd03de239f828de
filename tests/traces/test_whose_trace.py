"""Whose trace a request or an event is in, what is in no span, and what a process does without a
receiver or with one that never answers."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from flask import Flask
from orjson import dumps, loads

from deploy.local.children import MODULES
from services.chassis.events.envelope import Envelope
from services.chassis.traces import spans
from tests.bench.visitor import UnexpectedAnswer
from tests.chassis.events.ledger import Ledger, Noted
from tests.chassis.served_module import served
from tests.documents.process_environment import ENVIRONMENT
from tests.support.processes import wait_until
from tests.support.silent_server import SilentServer
from tests.traces.conftest import recording

CALLERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CALLERS_TRACE = CALLERS.split("-")[1]
NOT_SAMPLED = CALLERS.removesuffix("1") + "0"
NAME = "Marguerite.Dupont@example.org"


def ask(traceparent: str) -> None:
    app = Flask("site")
    spans.trace_requests(app)
    app.add_url_rule("/", view_func=lambda: "home")
    assert app.test_client().get("/", headers={"traceparent": traceparent}).text == "home"


def test_a_service_goes_on_with_its_callers_trace() -> None:
    with recording() as receiver:
        ask(CALLERS)
    assert [span.trace for span in receiver.spans] == [CALLERS_TRACE]


def test_the_gateway_begins_its_own_whatever_a_stranger_asks_for() -> None:
    with recording(joins_callers=False) as receiver:
        ask(CALLERS)
        ask(NOT_SAMPLED)
    assert len({span.trace for span in receiver.spans} - {CALLERS_TRACE}) == 2


def test_each_try_is_in_the_trace_of_who_wrote_it(tmp_path: Path) -> None:
    """A follow-up that fails twice, and what it is tried with again."""
    writer = Ledger.alone("writer", tmp_path, failures=2)
    with recording() as receiver:
        with spans.span("process click", "CONSUMER", parent=CALLERS):
            writer.ask_to_tell("one")
        with writer.working():
            wait_until(lambda: writer.entries() == ["told one"], 60, "the third try")
    tries = [span for span in receiver.spans if span.name == "process tell"]
    assert sorted(span.attributes["portail.attempt"] for span in tries) == [1, 2, 3]
    assert {span.trace for span in tries} == {CALLERS_TRACE}


@pytest.mark.parametrize("said", [None, 7, "", "who knows", CALLERS + "\n", CALLERS.upper()])
def test_an_event_is_handled_whatever_it_says_of_its_trace(said: object) -> None:
    envelope = Envelope(
        "1",
        "/writer",
        Noted.TYPE,
        "somebody",
        datetime(2026, 11, 28, tzinfo=UTC),
        {"text": "one"},
        traceparent=CALLERS,
    )
    assert Envelope.from_json(envelope.to_json()) == envelope
    read = Envelope.from_json(dumps(loads(envelope.to_json()) | {"traceparent": said}))
    assert (read.data, read.traceparent) == ({"text": "one"}, "")


def test_a_path_that_no_route_takes_is_not_told() -> None:
    app = Flask("site")
    with recording() as receiver:
        spans.trace_requests(app)
        app.test_client().get(f"/{NAME}?q={NAME}", headers={"User-Agent": NAME})
    [span] = receiver.spans
    assert span.name == "no route"
    assert NAME.encode() not in b"".join(receiver.bodies)


def test_of_an_error_only_its_type_is_told() -> None:
    with (
        recording() as receiver,
        suppress(UnexpectedAnswer),
        spans.span("process something", "CONSUMER"),
    ):
        spans.note("nom_famille", NAME)
        raise UnexpectedAnswer(NAME)
    [sent] = receiver.bodies
    assert b"UnexpectedAnswer" in sent
    assert NAME.encode() not in sent


ROOT = Path(__file__).parents[2]
PROGRAM = """
import importlib, sys
from services.chassis.settings import Settings
from services.chassis.traces import spans

endpoint, *modules = sys.argv[1:]
for module in modules:
    importlib.import_module(module)
spans.start(Settings(env="test", otel_exporter_otlp_endpoint=endpoint), "process")
print(any(name.partition(".")[0] == "opentelemetry" for name in sys.modules))
"""


def test_processes_that_send_no_traces_do_not_load_what_would() -> None:
    command = [sys.executable, "-c", PROGRAM, "", *MODULES]
    assert (
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        == "False\n"
    )


REQUESTS = 20
EXPORT_SECONDS = 10.0  # of OpenTelemetry's defaults


def test_requests_are_answered_while_spans_wait_and_the_process_ends_by_itself(
    tmp_path: Path,
) -> None:
    """None of them waits for as long as an export does."""
    urls = {f"{name}_URL": f"sqlite:///{tmp_path / name}.db" for name in ("DATABASE", "BROKER")}
    with SilentServer() as hung:
        environment = {**ENVIRONMENT, **urls, "OTEL_EXPORTER_OTLP_ENDPOINT": hung.url}
        with served("services.documents", "web", **environment) as running:
            url = f"{running.url}/openapi.json"
            daemon = running.daemon
            requests.get(url, timeout=60)
            wait_until(lambda: bool(hung.requests), 60, "an export that nobody answers")
            assert all(requests.get(url, timeout=EXPORT_SECONDS / 2).ok for _ in range(REQUESTS))
            os.kill(daemon.pid, signal.SIGTERM)
            wait_until(lambda: not daemon.running, 60, "the end of the process")
            assert "SIGKILL" not in daemon.log.read_text(encoding="utf-8")
