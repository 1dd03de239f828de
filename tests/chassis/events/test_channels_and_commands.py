"""Follow-ups of one channel wait for no other; what hangs or waits is told; what operators do with
what is parked."""

import threading
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from services.chassis.events import Envelope, publish
from services.chassis.events.tables import outbox
from services.chassis.roles import worker as workers
from services.chassis.tasks import commands, new_tasks
from services.chassis.tasks.new_tasks import NewTask, follow_up
from services.chassis.tasks.registry import OTHERS, Channel
from services.chassis.tasks.tables import tasks
from services.clock import system_now
from tests.chassis.events.ledger import Ledger, Noted
from tests.chassis.worker_health import health_of
from tests.support.processes import wait_until

PATIENCE = 90
SLOW = Channel("slow", seconds=600.0)
QUICK = Channel("quick", seconds=60.0)


def block(service: Ledger, channel: Channel) -> tuple[threading.Event, threading.Event]:
    """A follow-up of this channel waits to be run; the first event is that it has begun, the second
    that it may end."""
    begun = threading.Event()
    may_end = threading.Event()

    def wait(data: dict[str, Any], envelope: Envelope) -> None:
        begun.set()
        assert may_end.wait(3 * PATIENCE)

    service.handlers.follow_up("wait", channel)(wait)
    with service.writing() as transaction:
        follow_up(transaction, "wait", {}, subject="somebody")
    return begun, may_end


@pytest.mark.engines("sqlite", "postgresql")
def test_a_follow_up_that_hangs_holds_up_its_own_channel_alone(reader: Ledger) -> None:
    begun, may_end = block(reader, SLOW)
    with reader.working():
        assert begun.wait(PATIENCE)
        reader.ask_to_tell("a friend")
        reader.note("an event")
        wait_until(
            lambda: sorted(reader.entries()) == ["an event", "told a friend"],
            PATIENCE,
            "all the rest",
        )
        may_end.set()


@pytest.mark.engines("sqlite", "postgresql")
def test_what_a_commit_asks_for_is_run_without_waiting_for_its_time(reader: Ledger) -> None:
    with reader.working():
        reader.ask_to_tell("a friend")
        wait_until(lambda: reader.entries() == ["told a friend"], PATIENCE, "the first")
        reader.ask_to_tell("another")  # while the channel waits
        wait_until(lambda: len(reader.entries()) == 2, PATIENCE, "the second")


@pytest.mark.parametrize(("channel", "named"), [(QUICK, "stuck: quick"), (SLOW, "ok")])
def test_a_follow_up_is_stuck_after_the_time_of_its_kind(
    reader: Ledger, channel: Channel, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes are too long for one, and not for the other; every other loop goes on turning."""
    monkeypatch.setattr(workers, "WATCH_SECONDS", 0.1)
    begun, may_end = block(reader, channel)
    with reader.working() as [worker]:
        assert begun.wait(PATIENCE)
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + 500)
        monkeypatch.setattr(workers, "time", later)
        wait_until(lambda: live(worker) == named, PATIENCE, named)
        may_end.set()
        wait_until(lambda: live(worker) == "ok", PATIENCE, "the next turn")


def test_a_loop_that_ended_is_named(reader: Ledger) -> None:
    with reader.working() as [worker]:
        worker.stop.set()
        assert worker.join(PATIENCE)
        assert live(worker) == "stuck: consumer, events, follow-ups, jobs, look, relay, watch"


def live(worker: workers.Worker) -> str:
    """What `/health/live` says of the threads."""
    answer = health_of(worker, "live")
    threads = str(answer.json()["checks"]["threads"])
    assert answer.status_code == (200 if threads == "ok" else 503)
    return threads


def shown(metric: str, service: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(metric, {"service": service, **labels})


def test_events_and_follow_ups_that_wait_are_told_apart_and_what_is_parked_counts_until_it_is_settled(
    reader: Ledger,
) -> None:
    reader.failures = 1000
    reader.ask_to_tell("a friend")
    waiting = NewTask(event_id="1", handler="x", channel="follow-ups", subject="x", envelope="x")
    with reader.writing() as transaction:
        new_tasks.write(transaction, [waiting.parked("x")])
    with reader.working():
        wait_until(lambda: shown("events_to_settle", "reader") == 1, 60, "its count")
        assert shown("tasks_waiting", "reader", channel="follow-ups") == 1
        assert shown("tasks_waiting", "reader", channel="relay") == 0
        assert shown("tasks_oldest_seconds", "reader", channel="relay") == 0
    with reader.writing() as transaction:
        transaction.execute(
            update(tasks).where(tasks.c.state == "parked").values(state="set aside")
        )
    with reader.working():
        wait_until(lambda: shown("events_to_settle", "reader") == 0, 60, "none left")


@pytest.fixture
def failed(reader: Ledger) -> Ledger:
    reader.failures = 2
    commands.register(reader.app, reader.handlers)
    for name in ("Jeanne", "Ali"):
        reader.ask_to_tell(name)
    with reader.app.app_context():
        while reader.runner().run_once(OTHERS):
            pass
    return reader


def invoke(failed: Ledger, *words: str) -> Result:
    return failed.app.test_cli_runner().invoke(args=list(words))


def test_the_list_says_what_and_why_of_nobody_and_all_are_replayed_once(failed: Ledger) -> None:
    shown = invoke(failed, "parked").output
    assert "2 parked" in shown
    assert "RuntimeError" in shown
    assert "Jeanne" not in shown
    assert "2 replayed" in invoke(failed, "replay", "--all").output
    assert "0 replayed" in invoke(failed, "replay", "--all").output
    assert sorted(failed.entries()) == ["told Ali", "told Jeanne"]


def test_what_still_fails_stays_in_the_list(failed: Ledger) -> None:
    failed.failures = 1
    first, second = failed.parked()
    assert invoke(failed, "replay", str(first), str(second)).exit_code == 1
    assert failed.parked() == [first]


def test_one_is_set_aside_with_a_reason_and_never_replayed(failed: Ledger) -> None:
    first, second = failed.parked()
    assert invoke(failed, "set-aside", str(first)).exit_code != 0
    assert invoke(failed, "set-aside", str(first), "--reason", "sent by post").exit_code == 0
    assert invoke(failed, "replay", str(first)).exit_code == 1
    assert failed.parked() == [second]


def test_events_of_the_days_asked_for_are_published_again_and_no_follow_up(failed: Ledger) -> None:
    with failed.writing() as transaction:
        published = [
            publish(transaction, Noted(text), subject="somebody") for text in ("last week", "today")
        ]
        follow_up(transaction, "tell", {"text": "Jeanne"}, subject="somebody")
        now = system_now()
        transaction.execute(update(outbox).values(published_at=now))
        old = outbox.c.event_id == published[0]
        transaction.execute(
            update(outbox).where(old).values(created_at=now - timedelta(days=7, minutes=1))
        )
    assert invoke(failed, "publish-again", "--days", "7").output == "1 to be published again\n"
    assert failed.read(select(outbox.c.event_id).where(outbox.c.published_at.is_(None))) == [
        published[1]
    ]
