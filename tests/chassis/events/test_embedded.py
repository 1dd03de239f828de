"""What only the one-machine queue must bear: a file that is locked, claims of the dead and of the slow."""

from __future__ import annotations

import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.database import changes
from services.chassis.events import embedded
from services.chassis.events.adapters import connect
from services.chassis.events.broker import BrokerUnavailable, Retry
from services.chassis.events.relay import Relay
from services.chassis.events.retry_policy import DELIVERY_LIMIT
from services.chassis.process import leases
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import MakeLedger, declare
from tests.chassis.events.test_hostile_messages import GOOD
from tests.support.processes import wait_until


@ONE_BROKER
def test_while_the_file_is_locked_events_wait_and_then_arrive(
    ledger: MakeLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = ledger("writer"), ledger("reader")
    writer.note("patience")
    monkeypatch.setattr(embedded, "BUSY_SECONDS", 0.05)
    lock = sqlite3.connect(tmp_path / "broker.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    with writer.app.app_context(), pytest.raises(BrokerUnavailable):
        Relay(writer.db, connect(writer.broker_url), "writer", "a start").run_once()
    with writer.working(), reader.working():
        lock.execute("ROLLBACK")
        wait_until(lambda: reader.entries() == ["patience"], 60, "the entry")
    lock.close()


def test_looking_for_work_where_there_is_none_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LONGEST_SECONDS", 0.0)
    broker = embedded.EmbeddedBroker(str(tmp_path / "broker.db"))
    broker.declare({GOOD.type: ("reader",)}, (0.0,))
    stop, seen = threading.Event(), list[list[tuple[str, int, int]]]()

    def turned() -> None:
        files = sorted(tmp_path.iterdir())
        seen.append([(file.name, file.stat().st_ino, file.stat().st_mtime_ns) for file in files])
        if len(seen) == 10:
            stop.set()

    broker.consume("reader", lambda body, attempt: None, lambda body: None, stop, turned)
    assert seen[1:] == [seen[1]] * 9  # before the first look there is but the queue's own file
    # Closing would remove both of the others.
    assert [name for name, *_ in seen[1]] == [f"broker.db{end}" for end in ("", "-shm", "-wal")]


def test_a_handler_longer_than_the_lease_keeps_its_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    url = f"sqlite:///{tmp_path / 'broker.db'}"
    declare(url)
    broker = connect(url)
    publisher = broker.publisher()
    publisher.publish(GOOD)
    stop, entered, release = threading.Event(), threading.Event(), threading.Event()
    seen: list[str] = []

    def slow(body: bytes, attempt: int) -> Retry | None:
        seen.append("slow")
        entered.set()
        release.wait(20)
        return None

    def other(body: bytes, attempt: int) -> Retry | None:
        seen.append("other")
        stop.set()
        return None

    first = threading.Thread(target=broker.consume, args=("reader", slow, seen.append, stop))
    first.start()
    assert entered.wait(20)
    second = threading.Thread(target=broker.consume, args=("reader", other, seen.append, stop))
    second.start()
    assert not stop.wait(1.2)  # two leases
    release.set()
    publisher.publish(GOOD)
    wait_until(lambda: len(seen) == 2, 60, "the second message")
    stop.set()
    first.join()
    second.join()
    with sqlite3.connect(tmp_path / "broker.db") as left:
        assert left.execute("SELECT count(*) FROM messages WHERE queue = 'reader'").fetchone() == (0,)


def test_more_retries_than_the_delivery_limit_are_still_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = embedded.EmbeddedBroker(str(tmp_path / "broker.db"))
    broker.declare({GOOD.type: ("reader",)}, (0.0,))
    broker.put(GOOD)
    stop = threading.Event()
    attempts: list[int] = []
    given_up: list[bytes] = []

    def failing(body: bytes, attempt: int) -> Retry | None:
        attempts.append(attempt)
        if attempt > DELIVERY_LIMIT + 5:
            stop.set()
            return None
        return Retry(0)

    broker.consume("reader", failing, given_up.append, stop)
    assert attempts == list(range(1, DELIVERY_LIMIT + 7))
    assert given_up == []
