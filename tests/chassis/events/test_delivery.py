"""What events promise, on both brokers: nothing lost, nothing doubled, what fails is retried and then parked."""

import dataclasses

import pytest
from sqlalchemy import select

from services.chassis.clock import system_now
from services.chassis.events import publish
from services.chassis.events.broker import Unroutable, connect
from services.chassis.events.envelope import Envelope
from services.chassis.events.outbox import Relay
from services.chassis.tasks.commands import replayed
from services.chassis.tasks.rows import erase_subject, purge
from services.chassis.tasks.tables import outbox, tasks
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import Ledger, MakeLedger, Noted
from tests.chassis.events.test_hostile_messages import GOOD
from tests.support.processes import wait_until


def test_an_event_reaches_each_consumer_once_however_many_workers_share_the_load(ledger: MakeLedger) -> None:
    writer, reader, archive = ledger("writer"), ledger("reader"), ledger("archive")
    texts = [f"n{number:02d}" for number in range(40)]
    writer.note(*texts)
    with writer.working(2), reader.working(2), archive.working():
        wait_until(lambda: min(len(reader.entries()), len(archive.entries())) >= 40, 60, "every entry")
    assert sorted(reader.entries()) == sorted(archive.entries()) == texts


@ONE_BROKER
def test_what_keeps_failing_is_parked_and_can_be_replayed(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader", failures=3)
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
    with writer.writing() as session:
        publish(session, Odd("lonely"), subject="somebody")
    broker = connect(writer.broker_url)
    with writer.app.app_context():
        assert Relay(writer.db, broker.publisher(), "writer").send_batch() == 0
    assert writer.read(select(outbox.c.published_at)) == [None]
    [written] = writer.read(select(outbox.c.envelope))
    with pytest.raises(Unroutable):
        broker.publisher().publish(Envelope.from_json(written))


def test_stopping_a_worker_finishes_what_it_handles(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader")
    reader.release.clear()
    writer.note("in hand")
    with writer.working(), reader.working() as [worker]:
        assert reader.entered.wait(20)
        worker.stop.set()
        reader.release.set()
        worker.join()
        assert reader.entries() == ["in hand"]


@ONE_BROKER
def test_forgetting_somebody_leaves_no_event_of_theirs(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    writer.note("secret")
    with writer.writing() as session:
        erase_subject(session, "somebody")
    assert writer.read(select(outbox.c.event_id)) == []


@ONE_BROKER
def test_purging_never_touches_what_waits(ledger: MakeLedger) -> None:
    writer, reader = ledger("writer"), ledger("reader")
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
    reader.handlers.on(Noted)(lambda session, event, envelope: None)
    other = dataclasses.replace(GOOD, id="b2").to_json()
    for bodies in ([GOOD.to_json()], [GOOD.to_json(), other], [GOOD.to_json()]):
        reader.hear(*bodies)
    with reader.app.app_context(), reader.db.reading() as session:
        heard = session.execute(select(tasks.c.event_id, tasks.c.handler)).all()
    assert sorted(map(tuple, heard)) == [(id, name) for id in ("a1", "b2") for name in ("<lambda>", "write_down")]
