"""What is no event of ours never stops the queue, and what fails is told without anybody's data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from services.chassis.events import Envelope, publish
from services.chassis.events.adapters import connect
from services.chassis.events.envelope import Undecodable
from services.chassis.events.inbox import Dispatcher
from services.chassis.events.parking import ParkedEvent, parked_events
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import RETRY_SECONDS, Ledger, Noted
from tests.chassis.events.test_delivery import note
from tests.support.processes import wait_until

MakeLedger = Callable[..., Ledger]
GOOD = Envelope("a1", "/writer", Noted.TYPE, "somebody", datetime(2021, 10, 4, tzinfo=UTC), {"text": "hello"}, "click")


class Garbled(Envelope):
    """Travels under a type that is bound, with bytes that are no envelope."""

    def to_json(self) -> bytes:
        return b"\x00\xff{not json"


def parked(ledger: Ledger) -> list[ParkedEvent]:
    with ledger.app.app_context(), ledger.db.reading() as session:
        return parked_events(session)


def test_bytes_that_are_no_event_are_parked_and_those_behind_are_handled(ledger: MakeLedger, database_url: str) -> None:
    writer, reader = ledger("writer"), ledger("reader", database_url)
    publisher = connect(writer.broker_url).publisher()
    publisher.publish(Garbled(GOOD.id, GOOD.source, GOOD.type, GOOD.subject, GOOD.time, {}))
    publisher.close()
    note(writer, "behind")
    with writer.working(), reader.working():
        wait_until(lambda: reader.entries() == ["behind"], 60, "the event behind")
    assert [event.type for event in parked(reader)] == ["undecodable"]


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"id": "x" * 65},
        {"id": "a\x00b"},
        {"subject": None},
        {"time": "yesterday"},
        {"data": []},
        {"correlationid": 7},
    ],
)
def test_an_envelope_with_one_wrong_attribute_is_refused(change: dict[str, Any]) -> None:
    read = orjson.loads(GOOD.to_json()) | change
    with pytest.raises(Undecodable):
        Envelope.from_json(orjson.dumps(read))


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    with pytest.raises(Undecodable):
        Envelope.from_json(body)


def test_an_envelope_reads_as_it_was_written() -> None:
    assert Envelope.from_json(GOOD.to_json()) == GOOD


def test_data_of_another_shape_is_parked_at_once(tmp_path: object) -> None:
    reader = Ledger("reader", f"sqlite:///{tmp_path}/reader.db", f"sqlite:///{tmp_path}/broker.db")
    wrong = orjson.loads(GOOD.to_json()) | {"data": {"words": "hello"}}
    with reader.app.app_context():
        assert Dispatcher(reader.db, reader.handlers, RETRY_SECONDS).handle(orjson.dumps(wrong), 1) is None
    assert len(parked(reader)) == 1


def test_a_failure_is_told_without_what_the_error_says(tmp_path: object) -> None:
    reader = Ledger("reader", f"sqlite:///{tmp_path}/reader.db", f"sqlite:///{tmp_path}/broker.db")
    somebody = "@".join(("jeanne.martin", "example.org"))

    def fail(session: Session, event: Noted, envelope: Envelope) -> None:
        raise ValueError(f"{somebody} is there already")

    reader.handlers.on(Noted)(fail)
    with reader.app.app_context(), structlog.testing.capture_logs() as logs:
        Dispatcher(reader.db, reader.handlers, ()).handle(GOOD.to_json(), 1)
    assert any(line["event"] == "event_failed" and "ValueError" in line["reason"] for line in logs)
    assert somebody not in str(logs)
    assert somebody not in str(parked(reader))


@ONE_BROKER
def test_the_id_of_the_click_is_on_the_log_lines_of_its_effects(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader")
    seen: list[tuple[str, object]] = []

    def look(session: Session, event: Noted, envelope: Envelope) -> None:
        seen.append((envelope.correlation_id, structlog.contextvars.get_contextvars().get("request_id")))

    reader.handlers.on(Noted)(look)
    with structlog.contextvars.bound_contextvars(request_id="click-0001"), writer.writing() as session:
        publish(session, Noted("hello"), subject="somebody")
    with writer.working(), reader.working():
        wait_until(lambda: bool(seen), 60, "the reaction")
    assert seen == [("click-0001", "click-0001")]
