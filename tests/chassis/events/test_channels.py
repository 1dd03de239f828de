"""Follow-ups of one channel wait for no other; a loop that hangs is named to the probe, what waits to operators."""

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from prometheus_client import REGISTRY
from sqlalchemy import update

from services.chassis.clock import system_now
from services.chassis.events import Envelope
from services.chassis.process import worker as workers
from services.chassis.tasks import rows
from services.chassis.tasks.registry import Channel
from services.chassis.tasks.rows import follow_up
from services.chassis.tasks.tables import tasks
from services.chassis.web import health_pages
from tests.chassis.events.ledger import Ledger
from tests.support.ports import free_port
from tests.support.processes import wait_until

PATIENCE = 90
SLOW = Channel("slow", seconds=600.0)
QUICK = Channel("quick", seconds=60.0)


class Blocked(Ledger):
    """Its follow-up « wait » ends when `may_end` is set."""

    def wait(self, data: dict[str, Any], envelope: Envelope) -> None:
        self.begun.set()
        assert self.may_end.wait(3 * PATIENCE)

    def make_waiting(self, channel: Channel) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.handlers.follow_up("wait", channel)(self.wait)
        with self.writing() as session:
            follow_up(session, "wait", {}, subject="somebody")


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Blocked:
    return Blocked.alone("reader", tmp_path, database_url)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_follow_up_that_hangs_holds_up_its_own_channel_alone(service: Blocked) -> None:
    service.make_waiting(SLOW)
    with service.working():
        assert service.begun.wait(PATIENCE)
        service.ask_to_tell("a friend")
        service.note("an event")
        wait_until(lambda: sorted(service.entries()) == ["an event", "told a friend"], PATIENCE, "all the rest")
        service.may_end.set()


@pytest.mark.engines("sqlite", "postgresql")
def test_what_a_commit_asks_for_is_run_without_waiting_for_its_time(service: Blocked) -> None:
    with service.working():
        service.ask_to_tell("a friend")
        wait_until(lambda: service.entries() == ["told a friend"], PATIENCE, "the first")
        service.ask_to_tell("another")  # while the channel waits
        wait_until(lambda: len(service.entries()) == 2, PATIENCE, "the second")


@pytest.mark.parametrize(("channel", "named"), [(QUICK, "stuck: quick"), (SLOW, "ok")])
def test_a_follow_up_is_stuck_after_the_time_of_its_kind(
    service: Blocked, channel: Channel, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes are too long for one, and not for the other; every other loop goes on turning."""
    monkeypatch.setattr(workers, "WATCH_SECONDS", 0.1)
    service.make_waiting(channel)
    with service.working() as [worker]:
        assert service.begun.wait(PATIENCE)
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + 500)
        monkeypatch.setattr(workers, "time", later)
        wait_until(lambda: live(worker) == named, PATIENCE, named)
        service.may_end.set()
        wait_until(lambda: live(worker) == "ok", PATIENCE, "the next turn")


def test_a_loop_that_ended_is_named(service: Blocked) -> None:
    with service.working() as [worker]:
        worker.stop.set()
        assert worker.join(PATIENCE)
        assert live(worker) == "stuck: consumer, events, follow-ups, jobs, look, relay, watch"


def live(worker: workers.Worker) -> str:
    """What `/health/live` says of the threads."""
    answer = health(worker, "live")
    threads = str(answer.json()["checks"]["threads"])
    assert answer.status_code == (200 if threads == "ok" else 503)
    return threads


def health(worker: workers.Worker, probe: str) -> requests.Response:
    port = free_port()
    page = health_pages.serve("127.0.0.1", port, worker.readiness(), worker.stuck)
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/{probe}", timeout=30)
    finally:
        page.shutdown()
        page.server_close()


def shown(metric: str, service: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(metric, {"service": service, **labels})


def test_events_and_follow_ups_that_wait_are_told_apart_and_what_is_parked_counts_until_it_is_settled(
    reader: Ledger,
) -> None:
    reader.failures = 1000
    reader.ask_to_tell("a friend")
    row = rows.new_row("1", "x", "follow-ups", "x", "x") | {"state": "parked", "ended_at": system_now()}
    with reader.writing() as session:
        rows.write(session, [row])
    with reader.working():
        wait_until(lambda: shown("events_to_settle", "reader") == 1, 60, "its count")
        assert shown("tasks_waiting", "reader", channel="follow-ups") == 1
        assert shown("tasks_waiting", "reader", channel="relay") == 0
        assert shown("tasks_oldest_seconds", "reader", channel="relay") == 0
    with reader.writing() as session:
        session.execute(update(tasks).where(tasks.c.state == "parked").values(state="set aside"))
    with reader.working():
        wait_until(lambda: shown("events_to_settle", "reader") == 0, 60, "none left")
