"""What events promise: nothing lost, nothing doubled, what fails is parked; what the one-machine
queue must bear."""

import dataclasses
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import orjson
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.chassis.events import Envelope, embedded, publish
from services.chassis.events.broker import BrokerUnavailable, Unroutable
from services.chassis.events.connection import connect
from services.chassis.events.envelope import Undecodable
from services.chassis.events.tables import outbox
from services.chassis.tasks.commands import replayed
from services.chassis.tasks.registry import EVENTS
from services.chassis.tasks.relay import Relay
from services.chassis.tasks.retention import erase_subject, purge
from services.chassis.tasks.tables import tasks
from services.clock import system_now
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import GOOD, Ledger, MakeLedger, Noted
from tests.support.log_lines import logged_lines
from tests.support.processes import wait_until


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "x" * 65},
        {"id": "a\x00b"},
        {"specversion": "0.3"},
        {"subject": None},
        {"time": "yesterday"},
        {"data": []},
        {"correlationid": 7},
    ],
)
def test_an_envelope_with_one_wrong_attribute_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Undecodable):
        Envelope.from_json(orjson.dumps(orjson.loads(GOOD.to_json()) | wrong))


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    with pytest.raises(Undecodable):
        Envelope.from_json(body)


def test_what_is_no_event_of_ours_is_parked_at_once(reader: Ledger) -> None:
    """Bytes that are no event, one of an unknown version, one whose data have another shape."""
    good = orjson.loads(GOOD.to_json())
    strangers = (
        good | {"id": "a2", "type": "writer.noted.v9"},
        good | {"data": {"words": "hello"}},
    )
    reader.hear(b"\x00\xff{not json", *map(orjson.dumps, strangers))
    with reader.app.app_context():
        assert reader.runner(60.0, tries=3).run_once(EVENTS)
    assert len(reader.parked()) == 3
    assert sorted(reader.read(select(tasks.c.handler))) == [
        "undecodable",
        "write_down",
        "writer.noted.v9",
    ]


def test_a_failure_is_told_without_what_the_error_says(reader: Ledger) -> None:
    somebody = "@".join(("jeanne.martin", "example.org"))

    def fail(transaction: Session, event: Noted, envelope: Envelope) -> None:
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
    writer = ledger("writer")
    reader = ledger("reader")
    seen: list[tuple[str, object]] = []

    def look(transaction: Session, event: Noted, envelope: Envelope) -> None:
        seen.append(
            (envelope.correlation_id, structlog.contextvars.get_contextvars().get("request_id"))
        )

    reader.handlers.on(Noted)(look)
    with (
        structlog.contextvars.bound_contextvars(request_id="click-0001"),
        writer.writing() as transaction,
    ):
        publish(transaction, Noted("hello"), subject="somebody")
    with writer.working(), reader.working():
        wait_until(lambda: bool(seen), 60, "the reaction")
    assert seen == [("click-0001", "click-0001")]


def test_an_event_reaches_each_consumer_once_however_many_workers_share_the_load(
    ledger: MakeLedger,
) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
    archive = ledger("archive")
    texts = [f"n{number:02d}" for number in range(40)]
    writer.note(*texts)
    with writer.working(2), reader.working(2), archive.working():
        wait_until(
            lambda: min(len(reader.entries()), len(archive.entries())) >= 40, 60, "every entry"
        )
    assert sorted(reader.entries()) == sorted(archive.entries()) == texts


@ONE_BROKER
def test_what_keeps_failing_is_parked_and_can_be_replayed(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    reader = ledger("reader", failures=3)
    writer.note("stubborn")
    with writer.working(), reader.working():
        wait_until(lambda: reader.parked() != [], 60, "the parked event")
    assert reader.entries() == []
    with reader.app.app_context():
        assert replayed(reader.runner(), reader.parked()[0])
    assert reader.entries() == ["stubborn"]
    assert reader.parked() == []


class Odd(Noted, type="writer.odd.v1", consumers=()):
    """Of a type that no consumer has bound."""


def test_an_event_that_no_queue_takes_is_an_error_and_stays(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    with writer.writing() as transaction:
        publish(transaction, Odd("lonely"), subject="somebody")
    broker = connect(writer.broker_url)
    with writer.app.app_context():
        assert Relay(writer.db, broker.publisher(), "writer").send_batch() == 0
    assert writer.read(select(outbox.c.published_at)) == [None]
    [written] = writer.read(select(outbox.c.envelope))
    with pytest.raises(Unroutable):
        broker.publisher().publish(Envelope.from_json(written))


@pytest.mark.engines("sqlite", "postgresql")
def test_an_event_that_cannot_be_read_is_parked_and_the_others_are_sent(reader: Ledger) -> None:
    """And is sent once it can be read and an operator has it replayed."""
    reader.note("broken", "whole")
    [good, _] = reader.read(select(outbox.c.envelope).order_by(outbox.c.sequence))
    broken = outbox.c.envelope == good
    with reader.writing() as transaction:
        transaction.execute(update(outbox).where(broken).values(envelope=good[:-1]))
    relay = Relay(reader.db, connect(reader.broker_url).publisher(), "reader")
    with reader.app.app_context():
        assert relay.send_batch() == 1
        [parked] = reader.parked()
        assert reader.read(select(tasks.c.reason)) == [f"{Noted.TYPE} cannot be sent: not JSON"]
        assert relay.send_batch() == 0
        assert not replayed(reader.runner(), parked)
        with reader.writing() as transaction:
            transaction.execute(update(tasks).values(envelope=good))
        assert replayed(reader.runner(), parked)
        assert relay.send_batch() == 1
    assert reader.parked() == []


@pytest.mark.engines("sqlite", "postgresql")
def test_an_event_that_cannot_be_read_once_more_after_its_replay_is_parked_again(
    reader: Ledger,
) -> None:
    """The task of its replay, finished and not purged yet, has the same event and handler."""
    reader.note("twice broken")
    [good] = reader.read(select(outbox.c.envelope))
    relay = Relay(reader.db, connect(reader.broker_url).publisher(), "reader")

    def break_it() -> None:
        with reader.writing() as transaction:
            transaction.execute(update(outbox).values(envelope=good[:-1]))

    with reader.app.app_context():
        break_it()
        assert relay.send_batch() == 0
        [parked] = reader.parked()
        with reader.writing() as transaction:
            transaction.execute(update(tasks).values(envelope=good))
        assert replayed(reader.runner(), parked)

        break_it()
        assert relay.send_batch() == 0
        assert reader.parked() == [parked]
        assert reader.read(select(tasks.c.envelope)) == [good[:-1]]


def test_stopping_a_worker_finishes_what_it_handles(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
    reader.release.clear()
    writer.note("in hand")
    with writer.working(), reader.working() as [worker]:
        assert reader.entered.wait(20)
        worker.stop.set()
        reader.release.set()
        worker.join()
        assert reader.entries() == ["in hand"]


def test_forgetting_somebody_leaves_no_event_of_theirs(reader: Ledger) -> None:
    reader.note("secret")
    with reader.writing() as transaction:
        erase_subject(transaction, "somebody")
    assert reader.read(select(outbox.c.event_id)) == []


@ONE_BROKER
def test_purging_never_touches_what_waits(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
    writer.note("done")
    with writer.working(), reader.working():
        wait_until(lambda: reader.entries() == ["done"], 60, "the entry")
    writer.note("waits")
    with writer.app.app_context():
        purge(writer.db, before=system_now())
    assert len(writer.read(select(outbox.c.event_id))) == 1
    assert len(reader.read(select(tasks.c.event_id).where(tasks.c.channel == "events"))) == 1


@pytest.mark.engines("sqlite", "postgresql")
def test_an_event_heard_again_is_one_task_of_each_handler(reader: Ledger) -> None:
    reader.handlers.on(Noted)(lambda transaction, event, envelope: None)
    other = dataclasses.replace(GOOD, id="b2").to_json()
    for bodies in ([GOOD.to_json()], [GOOD.to_json(), other], [GOOD.to_json()]):
        reader.hear(*bodies)
    with reader.app.app_context(), reader.db.reading() as transaction:
        heard = transaction.execute(select(tasks.c.event_id, tasks.c.handler)).all()
    assert sorted(map(tuple, heard)) == [
        (id, name) for id in ("a1", "b2") for name in ("<lambda>", "write_down")
    ]


@pytest.fixture
def broker(tmp_path: Path) -> embedded.EmbeddedBroker:
    made = embedded.EmbeddedBroker(str(tmp_path / "broker.db"))
    made.declare({GOOD.type: ("reader",)})
    return made


def taken(broker: embedded.EmbeddedBroker, number: int = 1) -> list[bytes]:
    """What a consumer hears until it has heard so many."""
    stop = threading.Event()
    heard = list[bytes]()

    def hear(bodies: Sequence[bytes]) -> None:
        heard.extend(bodies)
        if len(heard) == number:
            stop.set()

    broker.consume("reader", hear, stop, lambda: None)
    return heard


@ONE_BROKER
def test_events_wait_for_a_locked_file(
    ledger: MakeLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
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
    stop = threading.Event()
    seen = list[list[tuple[str, int, int]]]()

    def turned() -> None:
        files = sorted(tmp_path.iterdir())
        seen.append([(file.name, file.stat().st_ino, file.stat().st_mtime_ns) for file in files])
        if len(seen) == 10:
            stop.set()

    broker.consume("reader", lambda bodies: None, stop, turned)
    assert seen[1:] == [seen[1]] * 9  # before the first look there is but the queue's own file
    # Closing would remove both of the others.
    assert [name for name, *_ in seen[1]] == [f"broker.db{end}" for end in ("", "-shm", "-wal")]


def test_what_was_taken_is_in_no_file_any_more(
    broker: embedded.EmbeddedBroker, tmp_path: Path
) -> None:
    """While the workers go on: closing would remove the log."""
    with closing(sqlite3.connect(tmp_path / "broker.db")) as other:
        other.execute("SELECT count(*) FROM messages").fetchall()
        for _ in range(300):
            broker.publish(GOOD)
        taken(broker, 300)
        broker.keep_alive()
        assert [
            file.name for file in tmp_path.iterdir() if GOOD.id.encode() in file.read_bytes()
        ] == []
    broker.close()


def test_what_could_not_be_written_stays_and_comes_again(
    broker: embedded.EmbeddedBroker, tmp_path: Path
) -> None:
    broker.publish(GOOD)

    def fail(bodies: Sequence[bytes]) -> None:
        raise RuntimeError

    for _ in range(30):
        with pytest.raises(RuntimeError):
            broker.consume("reader", fail, threading.Event(), lambda: None)
    assert taken(broker) == [GOOD.to_json()]
    with closing(sqlite3.connect(tmp_path / "broker.db")) as file, file:
        assert file.execute("SELECT count(*) FROM messages").fetchone() == (0,)
        row = ("reader", GOOD.to_json(), time.time() + 3600)
        file.execute(
            "INSERT INTO messages (queue, body, attempt, available_at) VALUES (?, ?, 4, ?)", row
        )
    assert taken(broker) == [GOOD.to_json()], "one that an earlier version put off is heard at once"
