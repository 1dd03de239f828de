"""What is no event of ours never stops the queue, and what fails is told without anybody's data."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.events import Envelope, publish
from services.chassis.events.envelope import Undecodable
from services.chassis.tasks.registry import EVENTS
from services.chassis.tasks.tables import tasks
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import Ledger, MakeLedger, Noted
from tests.support.log_lines import logged_lines
from tests.support.processes import wait_until

GOOD = Envelope("a1", "/writer", Noted.TYPE, "somebody", datetime(2021, 10, 4, tzinfo=UTC), {"text": "hello"}, "click")


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


def test_what_is_no_event_of_ours_is_parked_at_once(reader: Ledger) -> None:
    """Bytes that are no event, one of an unknown version, one whose data have another shape."""
    good = orjson.loads(GOOD.to_json())
    strangers = (good | {"id": "a2", "type": "writer.noted.v9"}, good | {"data": {"words": "hello"}})
    reader.hear(b"\x00\xff{not json", *map(orjson.dumps, strangers))
    with reader.app.app_context():
        assert reader.runner(60.0, tries=3).run_once(EVENTS)
    assert len(reader.parked()) == 3
    assert sorted(reader.read(select(tasks.c.handler))) == ["undecodable", "write_down", "writer.noted.v9"]


def test_a_failure_is_told_without_what_the_error_says(reader: Ledger) -> None:
    somebody = "@".join(("jeanne.martin", "example.org"))

    def fail(session: Session, event: Noted, envelope: Envelope) -> None:
        raise ValueError(f"{somebody} is there already")

    reader.handlers.on(Noted)(fail)
    reader.hear(GOOD.to_json())
    with reader.app.app_context(), logged_lines() as logs:
        while reader.runner().run_once(EVENTS):
            pass
    assert any(line["event"] == "task_failed" and "ValueError" in line["reason"] for line in logs)
    assert somebody not in str(logs)
    assert somebody not in str(reader.read(select(tasks.c.reason)))


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
