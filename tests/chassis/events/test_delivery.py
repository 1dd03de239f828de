"""What events promise, on both brokers: nothing lost, nothing doubled, what fails is retried and then parked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from services.chassis.clock import system_now
from services.chassis.events import commands, erase_subject, follow_up, publish, purge
from services.chassis.events.adapters import connect
from services.chassis.events.broker import Unroutable
from services.chassis.events.commands import replayed
from services.chassis.events.envelope import Envelope
from services.chassis.events.inbox import Dispatcher
from services.chassis.events.parking import parked_events
from services.chassis.events.relay import Relay
from services.chassis.events.tables import inbox, outbox
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import RETRY_SECONDS, Ledger, Noted
from tests.support.processes import wait_until

MakeLedger = Callable[..., Ledger]


def note(writer: Ledger, *texts: str) -> None:
    for text in texts:
        with writer.writing() as session:
            publish(session, Noted(text), subject="somebody")


def parked_in(ledger: Ledger) -> list[str]:
    with ledger.app.app_context(), ledger.db.reading() as session:
        return [event.id for event in parked_events(session)]


def test_an_event_reaches_each_consumer_once(ledger: MakeLedger) -> None:
    writer, reader, archive = ledger("writer"), ledger("reader"), ledger("archive")
    note(writer, "one", "two", "three")
    with writer.working(), reader.working(), archive.working():
        wait_until(lambda: len(reader.entries()) == 3 and len(archive.entries()) == 3, 60, "every entry")
    assert sorted(reader.entries()) == ["one", "three", "two"]
    assert sorted(archive.entries()) == ["one", "three", "two"]


@ONE_BROKER
def test_what_was_published_is_published_again_for_a_consumer_restored_from_an_older_copy(ledger: MakeLedger) -> None:
    writer, reader, archive = ledger("writer"), ledger("reader"), ledger("archive")
    commands.register(writer.app, writer.handlers)
    note(writer, "one")
    with writer.working(), reader.working(), archive.working():
        wait_until(lambda: len(reader.entries()) == 1 and len(archive.entries()) == 1, 60, "every entry")
    older = ledger("reader", reader.database_url.replace("reader.db", "older.db"))
    result = writer.app.test_cli_runner().invoke(args=["publish-again", "--days", "1"])
    assert result.output == "1 to be published again\n"
    note(writer, "two")
    with writer.working(), older.working(), archive.working():
        wait_until(lambda: len(older.entries()) == 2 and len(archive.entries()) == 2, 60, "every entry")
    assert sorted(older.entries()) == ["one", "two"]
    assert sorted(archive.entries()) == ["one", "two"]


@ONE_BROKER
def test_nothing_is_told_of_a_change_that_was_rolled_back(ledger: MakeLedger) -> None:
    writer = ledger("writer")

    def change_and_fail() -> None:
        with writer.writing() as session:
            publish(session, Noted("never"), subject="somebody")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    with writer.app.app_context(), writer.db.reading() as session:
        assert session.execute(select(outbox.c.event_id)).first() is None


def test_an_event_sent_twice_has_one_effect(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader")
    note(writer, "once")
    with writer.app.app_context():
        with writer.db.reading() as session:
            envelope = Envelope.from_json(session.execute(select(outbox.c.envelope)).scalar_one())
        publisher = connect(writer.broker_url).publisher()
        publisher.publish(envelope)  # sent, and the relay died before it could mark it
        publisher.close()
    with writer.working(), reader.working():
        note(writer, "last")
        wait_until(lambda: "last" in reader.entries(), 60, "the last entry")
    assert sorted(reader.entries()) == ["last", "once"]


@ONE_BROKER
def test_a_failing_handler_is_tried_again_and_succeeds(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader", failures=2)
    note(writer, "patience")
    with writer.working(), reader.working():
        wait_until(lambda: reader.entries() == ["patience"], 60, "the entry")
    assert parked_in(reader) == []


@ONE_BROKER
def test_what_keeps_failing_is_parked_and_can_be_replayed(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader", failures=3)
    note(writer, "stubborn")
    with writer.working(), reader.working():
        wait_until(lambda: parked_in(reader) != [], 60, "the parked event")
    assert reader.entries() == []
    with reader.app.app_context():
        assert replayed(reader.db, reader.handlers, parked_in(reader)[0])
    assert reader.entries() == ["stubborn"]
    assert parked_in(reader) == []


@ONE_BROKER
def test_an_unknown_version_is_parked_at_once(ledger: MakeLedger) -> None:
    reader = ledger("reader")
    with reader.app.app_context():
        dispatcher = Dispatcher(reader.db, reader.handlers, RETRY_SECONDS)
        assert dispatcher.handle(b"not an event", 1) is None
        unknown = b'{"specversion":"1.0","id":"a","source":"/w","type":"writer.noted.v9","subject":"s",'
        assert (
            dispatcher.handle(unknown + b'"time":"2021-10-04T12:00:00+00:00","correlationid":"","data":{}}', 1) is None
        )
    assert len(parked_in(reader)) == 2


def test_an_event_that_no_queue_takes_is_an_error_and_stays(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    with writer.writing() as session:
        publish(session, type("Odd", (Noted,), {"TYPE": "writer.odd.v1"})("lonely"), subject="somebody")
    with writer.app.app_context():
        broker = connect(writer.broker_url)
        assert Relay(writer.db, broker, "writer", "a start").run_once() == 0
        with writer.db.reading() as session:
            assert session.execute(select(outbox.c.published_at)).scalar_one() is None
            envelope = Envelope.from_json(session.execute(select(outbox.c.envelope)).scalar_one())
        with pytest.raises(Unroutable):
            broker.publisher().publish(envelope)


def test_two_workers_share_the_load_without_doubling(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader")
    texts = [f"n{number:02d}" for number in range(40)]
    note(writer, *texts)
    with writer.working(2), reader.working(2):
        wait_until(lambda: len(reader.entries()) >= 40, 60, "every entry")
    assert sorted(reader.entries()) == texts


def test_stopping_a_worker_finishes_what_it_handles(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader")
    reader.release.clear()
    note(writer, "in hand")
    with writer.working(), reader.working() as [worker]:
        assert reader.entered.wait(20)
        worker.stop.set()
        reader.release.set()
        worker.join()
        assert reader.entries() == ["in hand"]


@ONE_BROKER
def test_follow_ups_run_without_the_broker(ledger: MakeLedger) -> None:
    writer = ledger("writer", failures=1)
    with writer.writing() as session:
        follow_up(session, "tell", {"text": "a friend"}, subject="somebody")
    with writer.working():
        wait_until(lambda: writer.entries() == ["told a friend"], 60, "the follow-up")


@ONE_BROKER
def test_forgetting_somebody_leaves_no_event_of_theirs(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    note(writer, "secret")
    with writer.writing() as session:
        erase_subject(session, "somebody")
    with writer.app.app_context(), writer.db.reading() as session:
        assert session.execute(select(outbox.c.event_id)).first() is None


@ONE_BROKER
def test_purging_never_touches_what_waits(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader")
    note(writer, "done")
    with writer.working(), reader.working():
        wait_until(lambda: reader.entries() == ["done"], 60, "the entry")
    note(writer, "waits")
    with writer.app.app_context():
        purge(writer.db, before=system_now())
    with writer.app.app_context(), writer.db.reading() as session:
        assert len(session.execute(select(outbox.c.event_id)).all()) == 1
    with reader.app.app_context(), reader.db.reading() as session:
        assert len(session.execute(select(inbox.c.event_id)).all()) == 1


@ONE_BROKER
@pytest.mark.engines("sqlite", "postgresql")
def test_events_and_follow_ups_work_on_every_database(ledger: MakeLedger, database_url: str) -> None:
    service = ledger("reader", database_url)
    note(service, "all of it")
    with service.writing() as session:
        follow_up(session, "tell", {"text": "itself"}, subject="somebody")
    with service.working(2):
        wait_until(lambda: len(service.entries()) == 2, 60, "both effects")
    assert sorted(service.entries()) == ["all of it", "told itself"]
