"""A RabbitMQ that hangs or is down: noticed, everything else goes on, and nothing is lost or doubled.

Its start takes several seconds, and so does the time after which a hung connection is given up (HEARTBEAT_SECONDS).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.chassis.events import follow_up
from services.chassis.events import rabbitmq as adapter
from services.chassis.events.adapters import connect
from services.chassis.events.broker import BrokerUnavailable
from services.chassis.events.relay import Relay
from tests.chassis.events.ledger import Ledger, declare
from tests.chassis.events.test_delivery import note
from tests.support.processes import wait_until
from tests.support.rabbitmq import RabbitMQServer

PATIENCE = 120


@pytest.fixture(scope="module")
def rabbitmq(own_rabbitmq: RabbitMQServer) -> RabbitMQServer:
    """A server of this module alone: it is stopped here."""
    return own_rabbitmq


@pytest.fixture
def url(rabbitmq: RabbitMQServer) -> Iterator[str]:
    made = rabbitmq.fresh_vhost()
    declare(made)
    yield made
    rabbitmq.resume()
    rabbitmq.delete_vhost(made)


def test_a_broker_that_hangs_loses_and_doubles_nothing_and_holds_up_nothing_else(
    rabbitmq: RabbitMQServer, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "HEARTBEAT_SECONDS", 1)
    writer = Ledger("writer", f"sqlite:///{tmp_path}/w.db", url)
    reader = Ledger("reader", f"sqlite:///{tmp_path}/r.db", url)
    note(writer, "before")
    with writer.working() as [writing], reader.working() as [reading]:
        wait_until(lambda: reader.entries() == ["before"], PATIENCE, "the first entry")
        rabbitmq.pause()
        note(writer, "meanwhile", "and this")
        with writer.writing() as session:
            follow_up(session, "tell", {"text": "a friend"}, subject="somebody")
        wait_until(lambda: writer.entries()[-1:] == ["told a friend"], PATIENCE, "what needs no broker")
        for worker in (writing, reading):
            wait_until(lambda w=worker: w.readiness().ask()[1]["broker"] != "ok", PATIENCE, "the lost connection")  # type: ignore[misc]
            assert worker.stuck() is None
        rabbitmq.resume()
        wait_until(lambda: len(reader.entries()) == 3, PATIENCE, "all entries")
        note(writer, "after")
        wait_until(lambda: "after" in reader.entries(), PATIENCE, "the entry over new connections")
    assert sorted(reader.entries()) == ["after", "and this", "before", "meanwhile"]


def test_with_rabbitmq_down_events_wait_and_all_arrive(rabbitmq: RabbitMQServer, url: str, tmp_path: Path) -> None:
    writer = Ledger("writer", f"sqlite:///{tmp_path}/w.db", url)
    reader = Ledger("reader", f"sqlite:///{tmp_path}/r.db", url)
    rabbitmq.stop()
    try:
        note(writer, "meanwhile")
        with writer.app.app_context(), pytest.raises(BrokerUnavailable):
            Relay(writer.db, connect(url), "writer", "a start").run_once()
        with writer.working(), reader.working():
            rabbitmq.start()
            wait_until(lambda: reader.entries() == ["meanwhile"], PATIENCE, "the entry")
    finally:
        rabbitmq.start()
