"""A RabbitMQ that hangs or is down: noticed, everything else goes on, and nothing is lost or doubled.

Its start takes several seconds, and so does the time after which a hung connection is given up (HEARTBEAT_SECONDS).
"""

import pytest

from services.chassis.events import rabbitmq as adapter
from services.chassis.events.broker import BrokerUnavailable, connect
from services.chassis.events.outbox import Relay
from tests.chassis.events.ledger import MakeLedger
from tests.support.processes import wait_until
from tests.support.rabbitmq import RabbitMQServer

PATIENCE = 120


@pytest.fixture(scope="module")
def rabbitmq(own_rabbitmq: RabbitMQServer) -> RabbitMQServer:
    """A server of this module alone: it is stopped here."""
    return own_rabbitmq


def test_a_broker_that_hangs_loses_and_doubles_nothing_and_holds_up_nothing_else(
    rabbitmq: RabbitMQServer, on_rabbit: MakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "HEARTBEAT_SECONDS", 1)
    writer, reader = on_rabbit("writer"), on_rabbit("reader")
    writer.note("before")
    with writer.working() as [writing], reader.working() as [reading]:
        wait_until(lambda: reader.entries() == ["before"], PATIENCE, "the first entry")
        with rabbitmq.hanging():
            writer.note("meanwhile", "and this")
            writer.ask_to_tell("a friend")
            wait_until(lambda: writer.entries()[-1:] == ["told a friend"], PATIENCE, "what needs no broker")
            for worker in (writing, reading):
                wait_until(lambda w=worker: w.readiness().ask()[1]["broker"] != "ok", PATIENCE, "the lost connection")  # type: ignore[misc]
                assert worker.stuck() is None
        wait_until(lambda: len(reader.entries()) == 3, PATIENCE, "all entries")
        writer.note("after")
        wait_until(lambda: "after" in reader.entries(), PATIENCE, "the entry over new connections")
    assert sorted(reader.entries()) == ["after", "and this", "before", "meanwhile"]


def test_with_rabbitmq_down_events_wait_and_all_arrive(
    rabbitmq: RabbitMQServer, url: str, on_rabbit: MakeLedger
) -> None:
    writer, reader = on_rabbit("writer"), on_rabbit("reader")
    rabbitmq.stop()
    try:
        writer.note("meanwhile")
        with writer.app.app_context(), pytest.raises(BrokerUnavailable):
            Relay(writer.db, connect(writer.broker_url).publisher(), "writer").send_batch()
        with writer.working(), reader.working():
            rabbitmq.start()
            wait_until(lambda: reader.entries() == ["meanwhile"], PATIENCE, "the entry")
    finally:
        rabbitmq.start()
