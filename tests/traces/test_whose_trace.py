"""Whose trace a request or an event is in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from orjson import dumps, loads

from services.chassis.events.envelope import Envelope
from services.chassis.traces import spans
from tests.chassis.events.ledger import Ledger, Noted
from tests.support.processes import wait_until
from tests.traces.conftest import recording

CALLERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CALLERS_TRACE = CALLERS.split("-")[1]
NOT_SAMPLED = CALLERS.removesuffix("1") + "0"


@pytest.fixture
def writer(tmp_path: Path) -> Ledger:
    return Ledger.alone("writer", tmp_path, failures=2)


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


def test_each_try_is_in_the_trace_of_who_wrote_it(writer: Ledger) -> None:
    """A follow-up that fails twice, and what it is tried with again."""
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
        "1", "/writer", Noted.TYPE, "somebody", datetime(2026, 11, 28, tzinfo=UTC), {"text": "one"}, traceparent=CALLERS
    )
    assert Envelope.from_json(envelope.to_json()) == envelope
    read = Envelope.from_json(dumps(loads(envelope.to_json()) | {"traceparent": said}))
    assert (read.data, read.traceparent) == ({"text": "one"}, "")
