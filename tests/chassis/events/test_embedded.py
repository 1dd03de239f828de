"""What only the one-machine queue must bear: a file that is locked, claims of the dead and of the slow."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.chassis.events import embedded
from services.chassis.events.broker import BrokerUnavailable, connect
from services.chassis.events.outbox import Relay
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import MakeLedger
from tests.chassis.events.test_delivery import GOOD
from tests.support.processes import wait_until


@pytest.fixture
def broker(tmp_path: Path) -> embedded.EmbeddedBroker:
    made = embedded.EmbeddedBroker(str(tmp_path / "broker.db"))
    made.declare({GOOD.type: ("reader",)})
    return made


def taken(broker: embedded.EmbeddedBroker, number: int = 1) -> list[bytes]:
    """What a consumer hears until it has heard so many."""
    stop, heard = threading.Event(), list[bytes]()

    def hear(bodies: Sequence[bytes]) -> None:
        heard.extend(bodies)
        if len(heard) == number:
            stop.set()

    broker.consume("reader", hear, stop, lambda: None)
    return heard


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
        Relay(writer.db, connect(writer.broker_url).publisher(), "writer").send_batch()
    with writer.working(), reader.working():
        lock.execute("ROLLBACK")
        wait_until(lambda: reader.entries() == ["patience"], 60, "the entry")
    lock.close()


def test_looking_for_work_where_there_is_none_writes_nothing(
    broker: embedded.EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LOOK_SECONDS", 0.0)
    stop, seen = threading.Event(), list[list[tuple[str, int, int]]]()

    def turned() -> None:
        files = sorted(tmp_path.iterdir())
        seen.append([(file.name, file.stat().st_ino, file.stat().st_mtime_ns) for file in files])
        if len(seen) == 10:
            stop.set()

    broker.consume("reader", lambda bodies: None, stop, turned)
    assert seen[1:] == [seen[1]] * 9  # before the first look there is but the queue's own file
    # Closing would remove both of the others.
    assert [name for name, *_ in seen[1]] == [f"broker.db{end}" for end in ("", "-shm", "-wal")]


def test_what_was_taken_is_in_no_file_any_more(broker: embedded.EmbeddedBroker, tmp_path: Path) -> None:
    """While the workers go on: closing would remove the log."""
    with contextlib.closing(sqlite3.connect(tmp_path / "broker.db")) as other:
        other.execute("SELECT count(*) FROM messages").fetchall()
        for _ in range(300):
            broker.publish(GOOD)
        taken(broker, 300)
        broker.keep_alive()
        assert [file.name for file in tmp_path.iterdir() if GOOD.id.encode() in file.read_bytes()] == []
    broker.close()


def test_what_could_not_be_written_stays_and_comes_again(broker: embedded.EmbeddedBroker, tmp_path: Path) -> None:
    broker.publish(GOOD)

    def fail(bodies: Sequence[bytes]) -> None:
        raise RuntimeError

    for _ in range(30):
        with pytest.raises(RuntimeError):
            broker.consume("reader", fail, threading.Event(), lambda: None)
    assert taken(broker) == [GOOD.to_json()]
    with contextlib.closing(sqlite3.connect(tmp_path / "broker.db")) as left:
        assert left.execute("SELECT count(*) FROM messages").fetchone() == (0,)


def test_a_message_of_before_that_waits_for_its_next_try_is_heard_at_once(
    broker: embedded.EmbeddedBroker, tmp_path: Path
) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "broker.db")) as before, before:
        row = ("reader", GOOD.to_json(), time.time() + 3600)
        before.execute("INSERT INTO messages (queue, body, attempt, available_at) VALUES (?, ?, 4, ?)", row)
    assert taken(broker) == [GOOD.to_json()]
