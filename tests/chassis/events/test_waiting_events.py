"""What operators see of events that wait: in the queue of a service, in the outbox, parked."""

import contextlib
import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from services.chassis.clock import system_now
from services.chassis.events import broker
from services.chassis.events.broker import connect
from services.chassis.tasks import rows
from services.chassis.tasks.tables import outbox, tasks
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import MakeLedger
from tests.support.processes import wait_until


def shown(metric: str, service: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(metric, {"service": service, **labels})


def test_the_depth_of_a_queue_is_what_nobody_has_heard(ledger: MakeLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "DEPTH_SECONDS", 0.1)
    writer, reader = ledger("writer"), ledger("reader")
    writer.note("one", "two", "three")
    with writer.working():
        unsent = select(outbox.c.sequence).where(outbox.c.published_at.is_(None))
        wait_until(lambda: writer.read(unsent) == [], 60, "all sent")
    stop, heard = threading.Event(), list[float | None]()

    def hear(bodies: Sequence[bytes]) -> None:
        heard.append(shown("queue_waiting", "reader"))
        stop.set()
        raise RuntimeError

    with contextlib.suppress(RuntimeError):
        connect(reader.broker_url).consume("reader", hear, stop)
    assert heard
    assert heard[0] is not None
    with reader.working():
        wait_until(lambda: shown("queue_waiting", "reader") == 0, 60, "an empty queue")
        wait_until(lambda: len(reader.entries()) == 3, 60, "all of them")


@ONE_BROKER
def test_events_and_follow_ups_that_wait_are_told_apart(ledger: MakeLedger) -> None:
    writer = ledger("writer", failures=1000)
    writer.ask_to_tell("a friend")
    with writer.working():
        wait_until(lambda: shown("tasks_waiting", "writer", channel="follow-ups") == 1, 60, "the follow-up")
        assert shown("tasks_waiting", "writer", channel="relay") == 0
        assert shown("tasks_oldest_seconds", "writer", channel="relay") == 0


@ONE_BROKER
def test_the_oldest_parked_event_has_an_age_until_it_is_settled(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    an_hour_ago = system_now() - timedelta(hours=1)
    row = rows.new_row("1", "x", "follow-ups", "x", "x") | {"state": "parked", "ended_at": an_hour_ago}
    with writer.writing() as session:
        rows.write(session, [row])
    with writer.working():
        wait_until(lambda: (shown("events_to_settle_oldest_seconds", "writer") or 0) >= 3600, 60, "its age")
        assert shown("events_to_settle", "writer") == 1
    with writer.writing() as session:
        session.execute(update(tasks).where(tasks.c.state == "parked").values(state="set aside"))
    with writer.working():
        wait_until(lambda: shown("events_to_settle_oldest_seconds", "writer") == 0, 60, "none left")
