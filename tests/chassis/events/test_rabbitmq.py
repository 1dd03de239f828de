"""What only RabbitMQ can do to us: cut connections, give messages up, load our definitions, refuse rights."""

import dataclasses
import threading
from collections.abc import Sequence

import pika
import pytest

from services.chassis.events import rabbitmq as adapter
from services.chassis.events.broker import BrokerUnavailable, bindings_of, connect
from services.chassis.events.topology import DELIVERY_LIMIT, definitions
from tests.chassis.events.ledger import MakeLedger, Noted, declare
from tests.chassis.events.test_delivery import GOOD
from tests.support.processes import wait_until
from tests.support.rabbitmq import RabbitMQ, vhost_of


def test_a_connection_cut_while_handling_leaves_one_effect(rabbitmq: RabbitMQ, url: str, on_rabbit: MakeLedger) -> None:
    """RabbitMQ lists a connection some seconds after it was opened, and cuts none before."""
    writer, reader = on_rabbit("writer"), on_rabbit("reader")
    reader.release.clear()
    writer.note("cut")
    with writer.working(), reader.working():
        assert reader.entered.wait(20)
        wait_until(lambda: bool(rabbitmq.api("GET", f"vhosts/{vhost_of(url)}/connections")), 60, "a listed connection")
        rabbitmq.close_connections(url)
        reader.release.set()
        writer.note("after")
        wait_until(lambda: "after" in reader.entries(), 60, "the entry over a new connection")
    assert sorted(reader.entries()) == ["after", "cut"]


def test_what_comes_while_a_consumer_stops_is_left_to_another(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "TAKEN_AT_ONCE", 2)
    declare(url)
    broker = connect(url)
    publisher = broker.publisher()
    for number in range(5):
        publisher.publish(dataclasses.replace(GOOD, id=str(number)))
    publisher.close()
    heard: list[bytes] = []
    while len(heard) < 5:  # each ends with its first messages: the broker has sent it more by then
        stop = threading.Event()

        def hear(bodies: Sequence[bytes], stop: threading.Event = stop) -> None:
            heard.extend(bodies)
            stop.set()

        broker.consume("reader", hear, stop, lambda: None)
    assert len(set(heard)) == len(heard) == 5


def test_while_the_database_is_away_messages_are_held_and_no_delivery_is_counted(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "UNHEARD_SECONDS", 0.01)
    declare(url)
    publisher = connect(url).publisher()
    publisher.publish(GOOD)
    publisher.close()
    stop, tries = threading.Event(), list[Sequence[bytes]]()

    def database_away(bodies: Sequence[bytes]) -> None:
        tries.append(list(bodies))
        if len(tries) < DELIVERY_LIMIT + 10:
            raise RuntimeError
        stop.set()

    connect(url).consume("reader", database_away, stop, lambda: None)
    assert tries == [[GOOD.to_json()]] * (DELIVERY_LIMIT + 10)


def test_what_the_broker_gave_up_is_heard_all_the_same(url: str, on_rabbit: MakeLedger) -> None:
    reader = on_rabbit("reader")
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.basic_publish("", "reader.parking", GOOD.to_json())
        channel.basic_publish("", "reader.parking", b"no event")
    with reader.working():
        wait_until(lambda: reader.entries() == ["hello"] and len(reader.parked()) == 1, 60, "both")


def test_an_idle_publisher_whose_connection_was_closed_publishes_all_the_same(
    rabbitmq: RabbitMQ, url: str, on_rabbit: MakeLedger
) -> None:
    writer, reader = on_rabbit("writer"), on_rabbit("reader")
    publisher = adapter.RabbitBroker(url).publisher()
    publisher.send(Noted.TYPE, b"first")
    wait_until(lambda: bool(rabbitmq.api("GET", f"vhosts/{vhost_of(url)}/connections")), 60, "a listed connection")
    rabbitmq.close_connections(url)
    publisher.send(Noted.TYPE, b"second")
    publisher.close()
    writer.note("third")
    with writer.working(), reader.working():
        wait_until(lambda: reader.entries() == ["third"] and len(reader.parked()) == 2, 60, "all three")


def test_the_definitions_file_makes_what_declaring_makes(rabbitmq: RabbitMQ, url: str) -> None:
    described = definitions(bindings_of((Noted,)), vhost_of(url))
    rabbitmq.api("POST", "definitions", described)
    declare(url)  # refused by RabbitMQ if anything differed
    queues = {queue["name"] for queue in rabbitmq.api("GET", f"queues/{vhost_of(url)}")}
    assert queues == {"reader", "reader.parking", "archive", "archive.parking"}


def test_a_refused_right_is_told_in_the_brokers_words(rabbitmq: RabbitMQ, url: str) -> None:
    declare(url)
    publisher = adapter.RabbitBroker(rabbitmq.restricted_user(url, "^$", "^$", "^reader$")).publisher()
    with pytest.raises(BrokerUnavailable, match=r"403 ACCESS_REFUSED .* 'portail.events'"):
        publisher.send(Noted.TYPE, b"{}")
    publisher.close()


def test_a_consumption_that_the_broker_ends_is_begun_again(rabbitmq: RabbitMQ, url: str, on_rabbit: MakeLedger) -> None:
    writer, reader = on_rabbit("writer"), on_rabbit("reader")
    writer.note("before")
    with writer.working(), reader.working() as [worker]:
        wait_until(lambda: reader.entries() == ["before"], 60, "the first entry")
        rabbitmq.api("DELETE", f"queues/{vhost_of(url)}/reader")
        wait_until(lambda: worker.readiness().ask()[1]["broker"] != "ok", 60, "the loss, told")
        declare(url)
        writer.note("after")
        wait_until(lambda: reader.entries() == ["before", "after"], 60, "the entry from the queue made again")
