"""What a worker's sudden end or pause leaves: the next one takes over within 15 s, and no effect
shows twice."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from services.chassis.events import broker
from services.chassis.events.tables import outbox
from services.chassis.roles import worker
from services.chassis.tasks import leases
from services.chassis.tasks.leases import Leases
from services.chassis.tasks.registry import EVENTS, JOBS, OTHERS, Channel
from services.chassis.tasks.tables import tasks
from services.clock import system_now
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import GOOD, Ledger, MakeLedger
from tests.support.processes import wait_until

ROOT = Path(__file__).resolve().parents[3]
HOLD_OFF = timedelta(seconds=15)
PAUSES = (
    broker.LOOK_SECONDS,
    worker.KEEP_ALIVE_SECONDS,
    worker.JOBS_SECONDS,
)  # before tests shorten them
# Generous, for a machine that does much else: what is asserted of time stands in the rows.
PATIENCE = 90


def start_victim(mode: str, ledger: Ledger) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.chassis.events.victim",
        mode,
        ledger.database_url,
        ledger.broker_url,
    ]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@contextmanager
def in_hand(mode: str, ledger: Ledger) -> Iterator[subprocess.Popen[str]]:
    """A worker with something in hand; it is killed at the end of the block."""
    with start_victim(mode, ledger) as victim:
        try:
            assert victim.stdout is not None
            assert "entered\n" in victim.stdout
            yield victim
        finally:
            victim.kill()


def is_free_within_the_hold_off(ledger: Ledger, table: Table = tasks) -> bool:
    """Whether what the dead held was to be free by then; it is free from now on."""
    with ledger.writing() as transaction:
        held = transaction.scalars(
            select(table.c.leased_until).where(table.c.leased_until.is_not(None))
        ).all()
        transaction.execute(update(table).values(leased_until=system_now()))
    return bool(held) and all(until <= system_now() + HOLD_OFF for until in held)


def test_leases_and_the_pauses_of_those_who_look_for_work_last_15_seconds_together() -> None:
    assert leases.LEASE + timedelta(seconds=max(PAUSES)) < HOLD_OFF
    assert leases.LEASE.total_seconds() / 3 > leases.RENEW_SECONDS


def test_an_event_whose_worker_is_killed_in_the_handler_goes_to_the_next(
    ledger: MakeLedger,
) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
    writer.note("in hand")
    with writer.working(), in_hand("in-handler", reader):
        assert reader.entries() == []
    assert is_free_within_the_hold_off(reader)
    with reader.working():
        wait_until(
            lambda: reader.entries() == ["in hand"], PATIENCE, "the entry by the next worker"
        )


@pytest.mark.parametrize(("mode", "entries"), [("after-commit", ["once"]), ("after-hearing", [])])
def test_a_commit_before_the_broker_knew_has_one_effect(
    ledger: MakeLedger, mode: str, entries: list[str]
) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
    writer.note("once")
    victim = start_victim(mode, reader)
    with writer.working():
        assert victim.wait(PATIENCE) == 9
        assert reader.entries() == entries
        writer.note("last")
        with reader.working():
            wait_until(lambda: "last" in reader.entries(), PATIENCE, "the last entry")
    assert reader.entries() == ["once", "last"]


@ONE_BROKER
def test_a_batch_whose_relay_is_killed_is_sent_by_the_next(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
    writer.note("one", "two", "three")
    with in_hand("in-batch", writer):
        pass
    assert is_free_within_the_hold_off(writer, outbox)
    with writer.working(), reader.working():
        wait_until(lambda: len(reader.entries()) >= 3, PATIENCE, "every entry")
        writer.note("last")
        wait_until(lambda: "last" in reader.entries(), PATIENCE, "the last entry")
    assert sorted(reader.entries()) == ["last", "one", "three", "two"]


def test_a_follow_up_whose_worker_is_killed_is_run_by_another(reader: Ledger) -> None:
    reader.ask_to_tell("a friend")
    with in_hand("in-handler", reader), reader.working():
        assert reader.entries() == []
    assert is_free_within_the_hold_off(reader)
    with reader.working():
        wait_until(
            lambda: reader.entries() == ["told a friend"],
            PATIENCE,
            "the follow-up by another worker",
        )


def test_a_follow_up_that_ends_its_workers_is_parked_after_as_many_tries_as_one_that_fails(
    reader: Ledger,
) -> None:
    reader.ask_to_tell("a friend")
    with reader.writing() as transaction:
        dead = {"leased_by": "the last to die", "leased_until": system_now()}
        transaction.execute(update(tasks).values(attempts=3, available_at=system_now(), **dead))
    with reader.working():
        wait_until(lambda: len(reader.parked()) == 1, PATIENCE, "the parked follow-up")
    assert reader.entries() == []


def test_a_job_whose_worker_is_killed_is_run_by_another(reader: Ledger) -> None:
    reader.handlers.every(hours=24, name="count")(reader.count)
    with in_hand("in-job", reader):
        pass
    assert is_free_within_the_hold_off(reader)
    assert reader.entries() == []
    with reader.working(2):
        wait_until(lambda: reader.entries() != [], PATIENCE, "the job by another worker")
    assert reader.entries() == ["counted"]


@pytest.mark.parametrize(
    ("mode", "channel", "handler"), [("in-handler", OTHERS, "tell"), ("in-job", JOBS, "count")]
)
def test_what_a_worker_has_in_hand_is_its_own_until_another_takes_it_while_it_is_paused(
    reader: Ledger, mode: str, channel: Channel, handler: str
) -> None:
    if mode == "in-handler":
        reader.ask_to_tell("a friend")
    with in_hand(f"{mode}/0.1", reader) as victim:
        before = row_of(reader, handler)
        wait_until(
            lambda: row_of(reader, handler)["leased_until"] > before["leased_until"],
            PATIENCE,
            "a renewal",
        )
        assert row_of(reader, handler)["leased_by"] == before["leased_by"]
        victim.send_signal(signal.SIGSTOP)
        end_leases(reader)
        with reader.app.app_context():
            assert Leases(reader.db, "another worker").take(channel.name, [handler])
        taken = row_of(reader, handler)
        for goes_on in (signal.SIGCONT, signal.SIGUSR1):
            victim.send_signal(goes_on)
        assert victim.wait(PATIENCE) == 0
        assert row_of(reader, handler) == taken, (
            "the paused worker ended or freed what another has in hand"
        )
    assert taken["leased_by"] == "another worker"


def test_a_reaction_whose_task_another_has_taken_has_no_effect(reader: Ledger) -> None:
    reader.hear(GOOD.to_json())
    with reader.app.app_context():
        runner = reader.runner(tries=3)
        task = runner.leases.take(EVENTS.name, ["write_down"])
        assert task is not None
        end_leases(reader)
        assert reader.runner(tries=3).run_once(EVENTS)
        assert runner.run(task) is None
    assert reader.entries() == ["hello"]


def end_leases(reader: Ledger) -> None:
    """As they would end by themselves, without the wait."""
    past = system_now() - timedelta(seconds=1)
    with reader.writing() as transaction:
        transaction.execute(update(tasks).values(leased_until=past, available_at=past))


def row_of(reader: Ledger, handler: str) -> dict[str, Any]:
    with reader.app.app_context(), reader.db.reading() as transaction:
        return dict(
            transaction.execute(select(tasks).where(tasks.c.handler == handler)).mappings().one()
        )
