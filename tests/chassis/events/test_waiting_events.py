"""What operators see of events that wait: in the queue of a service, in the outbox, parked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from services.chassis.clock import system_now
from services.chassis.events import queue_depth
from services.chassis.tasks.tables import parked
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import MakeLedger
from tests.support.processes import wait_until


def shown(metric: str, service: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(metric, {"service": service, **labels})


def test_the_depth_of_a_queue_is_what_nobody_has_in_hand(ledger: MakeLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_depth, "PERIOD_SECONDS", 0.1)
    writer, reader = ledger("writer"), ledger("reader")
    reader.release.clear()
    writer.note("one", "two", "three")
    with writer.working(), reader.working(), reader.working():
        wait_until(lambda: reader.entered.is_set(), 60, "one in hand")
        wait_until(lambda: shown("queue_waiting", "reader") in (1, 2), 60, "the others in the queue")
        reader.release.set()
        wait_until(lambda: len(reader.entries()) == 3, 60, "all handled")
        wait_until(lambda: shown("queue_waiting", "reader") == 0, 60, "an empty queue")


@ONE_BROKER
def test_events_and_follow_ups_that_wait_are_told_apart(ledger: MakeLedger) -> None:
    writer = ledger("writer", failures=1000)
    writer.ask_to_tell("a friend")
    with writer.working():
        wait_until(lambda: shown("outbox_waiting", "writer", destination="self") == 1, 60, "the follow-up")
        assert shown("outbox_waiting", "writer", destination="broker") == 0
        assert shown("outbox_oldest_seconds", "writer", destination="broker") == 0


@ONE_BROKER
def test_counters_begin_at_zero_so_that_a_first_event_is_an_increase(ledger: MakeLedger) -> None:
    writer = ledger("beginner")
    with writer.working():
        assert shown("events_unroutable_total", "beginner") == 0


@ONE_BROKER
def test_the_oldest_parked_event_has_an_age_until_it_is_settled(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    an_hour_ago = system_now() - timedelta(hours=1)
    row = {"id": "1", "event_id": "1", "destination": "self", "type": "x", "subject": "x", "envelope": "x"}
    with writer.writing() as session:
        session.execute(parked.insert().values(**row, reason="x", attempts=1, parked_at=an_hour_ago))
    with writer.working():
        wait_until(lambda: (shown("events_to_settle_oldest_seconds", "writer") or 0) >= 3600, 60, "its age")
        assert shown("events_to_settle", "writer") == 1
    with writer.writing() as session:
        session.execute(parked.update().values(settled_at=system_now()))
    with writer.working():
        wait_until(lambda: shown("events_to_settle_oldest_seconds", "writer") == 0, 60, "none left")
