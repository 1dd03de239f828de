"""What only RabbitMQ can do to us: cut connections, give messages up, refuse rights, hang, be down.

Its start takes several seconds, and so does the time after which a hung connection is given up
(HEARTBEAT_SECONDS).
"""

import dataclasses
import threading
from collections.abc import Sequence
from contextlib import closing

import pika
import pytest

from services.chassis.events import rabbitmq as adapter
from services.chassis.events.broker import BrokerUnavailable, bindings_of
from services.chassis.events.connection import connect
from services.chassis.events.topology import DELIVERY_LIMIT, definitions
from services.chassis.roles.worker import Worker
from services.chassis.tasks.relay import Relay
from tests.chassis.events.ledger import GOOD, MakeLedger, Noted, declare
from tests.support.processes import wait_until
from tests.support.rabbitmq import RabbitMQServer, vhost_of

pytestmark = pytest.mark.parametrize("broker_url", ["rabbitmq"], indirect=True)
PATIENCE = 120


@pytest.fixture(scope="module")
def rabbitmq(own_rabbitmq: RabbitMQServer) -> RabbitMQServer:
    """A server of this module alone: it is stopped here."""
    return own_rabbitmq


def cut_connections(rabbitmq: RabbitMQServer, url: str) -> None:
    """RabbitMQ lists a connection some seconds after it was opened, and cuts none before."""
    wait_until(
        lambda: bool(rabbitmq.api("GET", f"vhosts/{vhost_of(url)}/connections")),
        60,
        "a listed connection",
    )
    rabbitmq.close_connections(url)


def is_lost(worker: Worker) -> bool:
    """Whether it says that it has no broker."""
    return worker.readiness().ask()[1]["broker"] != "ok"


def test_a_connection_cut_leaves_one_effect(
    rabbitmq: RabbitMQServer, broker_url: str, ledger: MakeLedger
) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
    reader.release.clear()
    writer.note("cut")
    with writer.working(), reader.working():
        assert reader.entered.wait(20)
        cut_connections(rabbitmq, broker_url)
        reader.release.set()
        writer.note("after")
        wait_until(lambda: "after" in reader.entries(), 60, "the entry over a new connection")
    assert sorted(reader.entries()) == ["after", "cut"]


def test_what_comes_while_a_consumer_stops_is_left_to_another(
    broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "TAKEN_AT_ONCE", 2)
    declare(broker_url)
    broker = connect(broker_url)
    with closing(broker.publisher()) as publisher:
        for number in range(5):
            publisher.publish(dataclasses.replace(GOOD, id=str(number)))
    heard: list[bytes] = []
    while len(heard) < 5:  # each ends with its first messages: the broker has sent it more by then
        stop = threading.Event()

        def hear(bodies: Sequence[bytes], stop: threading.Event = stop) -> None:
            heard.extend(bodies)
            stop.set()

        broker.consume("reader", hear, stop, lambda: None)
    assert len(set(heard)) == len(heard) == 5


def test_while_the_database_is_away_no_delivery_is_counted(
    broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "UNHEARD_SECONDS", 0.01)
    declare(broker_url)
    with closing(connect(broker_url).publisher()) as publisher:
        publisher.publish(GOOD)
    stop = threading.Event()
    tries = list[Sequence[bytes]]()

    def database_away(bodies: Sequence[bytes]) -> None:
        tries.append(list(bodies))
        if len(tries) < DELIVERY_LIMIT + 10:
            raise RuntimeError
        stop.set()

    connect(broker_url).consume("reader", database_away, stop, lambda: None)
    assert tries == [[GOOD.to_json()]] * (DELIVERY_LIMIT + 10)


def test_what_the_broker_gave_up_is_heard_all_the_same(broker_url: str, ledger: MakeLedger) -> None:
    reader = ledger("reader")
    with pika.BlockingConnection(pika.URLParameters(broker_url)) as connection:
        channel = connection.channel()
        channel.basic_publish("", "reader.parking", GOOD.to_json())
        channel.basic_publish("", "reader.parking", b"no event")
    with reader.working():
        wait_until(lambda: reader.entries() == ["hello"] and len(reader.parked()) == 1, 60, "both")


def test_an_idle_publisher_connects_again(
    rabbitmq: RabbitMQServer, broker_url: str, ledger: MakeLedger
) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
    with closing(adapter.RabbitBroker(broker_url).publisher()) as publisher:
        publisher.send(Noted.TYPE, b"first")
        cut_connections(rabbitmq, broker_url)
        publisher.send(Noted.TYPE, b"second")
    writer.note("third")
    with writer.working(), reader.working():
        wait_until(
            lambda: reader.entries() == ["third"] and len(reader.parked()) == 2, 60, "all three"
        )


def test_the_definitions_file_makes_what_declaring_makes(
    rabbitmq: RabbitMQServer, broker_url: str
) -> None:
    described = definitions(bindings_of((Noted,)), vhost_of(broker_url))
    rabbitmq.api("POST", "definitions", described)
    declare(broker_url)  # refused by RabbitMQ if anything differed
    queues = {queue["name"] for queue in rabbitmq.api("GET", f"queues/{vhost_of(broker_url)}")}
    assert queues == {"reader", "reader.parking", "archive", "archive.parking"}


def test_a_refused_right_is_told_in_the_brokers_words(
    rabbitmq: RabbitMQServer, broker_url: str
) -> None:
    declare(broker_url)
    restricted = adapter.RabbitBroker(rabbitmq.restricted_user(broker_url, "^$", "^$", "^reader$"))
    refused = pytest.raises(BrokerUnavailable, match=r"403 ACCESS_REFUSED .* 'portail.events'")
    with closing(restricted.publisher()) as publisher, refused:
        publisher.send(Noted.TYPE, b"{}")


def test_a_consumption_that_ends_is_begun_again(
    rabbitmq: RabbitMQServer, broker_url: str, ledger: MakeLedger
) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
    writer.note("before")
    with writer.working(), reader.working() as [worker]:
        wait_until(lambda: reader.entries() == ["before"], 60, "the first entry")
        rabbitmq.api("DELETE", f"queues/{vhost_of(broker_url)}/reader")
        wait_until(lambda: is_lost(worker), 60, "the loss, told")
        declare(broker_url)
        writer.note("after")
        wait_until(
            lambda: reader.entries() == ["before", "after"],
            60,
            "the entry from the queue made again",
        )


def test_a_broker_that_hangs_loses_and_doubles_nothing_and_holds_up_nothing_else(
    rabbitmq: RabbitMQServer, ledger: MakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "HEARTBEAT_SECONDS", 1)
    writer = ledger("writer")
    reader = ledger("reader")
    writer.note("before")
    with writer.working() as [writing], reader.working() as [reading]:
        wait_until(lambda: reader.entries() == ["before"], PATIENCE, "the first entry")
        with rabbitmq.hanging():
            writer.note("meanwhile", "and this")
            writer.ask_to_tell("a friend")
            wait_until(
                lambda: writer.entries()[-1:] == ["told a friend"], PATIENCE, "what needs no broker"
            )
            wait_until(
                lambda: is_lost(writing) and is_lost(reading), PATIENCE, "the lost connections"
            )
            assert (writing.stuck(), reading.stuck()) == (None, None)
        wait_until(lambda: len(reader.entries()) == 3, PATIENCE, "all entries")
        writer.note("after")
        wait_until(lambda: "after" in reader.entries(), PATIENCE, "the entry over new connections")
    assert sorted(reader.entries()) == ["after", "and this", "before", "meanwhile"]


def test_with_rabbitmq_down_events_wait_and_all_arrive(
    rabbitmq: RabbitMQServer, broker_url: str, ledger: MakeLedger
) -> None:
    writer = ledger("writer")
    reader = ledger("reader")
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
