"""What a worker's sudden end leaves: the next one takes over, and no effect shows twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from services.chassis.events import follow_up
from tests.chassis.events.ledger import Ledger
from tests.chassis.events.test_delivery import note
from tests.support.processes import wait_until

MakeLedger = Callable[..., Ledger]
ROOT = Path(__file__).resolve().parents[3]


def start_victim(mode: str, reader: Ledger) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.chassis.events.victim", mode, reader.database_url, reader.broker_url]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def wait_for_entry(victim: subprocess.Popen[str]) -> None:
    assert victim.stdout is not None
    assert victim.stdout.readline().strip().endswith("entered")


def test_an_event_whose_worker_is_killed_in_the_handler_goes_to_the_next(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader")
    note(writer, "in hand")
    victim = start_victim("in-handler", reader)
    try:
        with writer.working():
            wait_for_entry(victim)
    finally:
        victim.kill()
        victim.wait()
    assert reader.entries() == []
    with reader.working():
        wait_until(lambda: reader.entries() == ["in hand"], 20, "the entry by the next worker")


def test_an_effect_committed_before_the_broker_knew_does_not_show_twice(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader")
    note(writer, "once")
    victim = start_victim("after-commit", reader)
    with writer.working():
        assert victim.wait(30) == 9
        assert reader.entries() == ["once"]
        note(writer, "last")
        with reader.working():
            wait_until(lambda: "last" in reader.entries(), 20, "the last entry")
    assert reader.entries() == ["once", "last"]


def test_a_follow_up_whose_worker_is_killed_is_run_by_the_next(ledger: MakeLedger) -> None:
    reader = ledger("reader")
    with reader.writing() as session:
        follow_up(session, "tell", {"text": "a friend"}, subject="somebody")
    victim = start_victim("in-handler", reader)
    try:
        wait_for_entry(victim)
    finally:
        victim.kill()
        victim.wait()
    with reader.working():
        wait_until(lambda: reader.entries() == ["told a friend"], 20, "the follow-up by the next worker")
