"""What only RabbitMQ can do to us: cut connections, give messages up, load our definitions."""

from __future__ import annotations

import dataclasses
import threading

import pika
import pytest

from services.chassis.events import rabbitmq as adapter
from services.chassis.events.broker import bindings_of, connect
from services.chassis.events.topology import EXCHANGE, definitions, topology
from tests.chassis.events.ledger import RETRY_SECONDS, MakeLedger, Noted, declare
from tests.chassis.events.test_hostile_messages import GOOD
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


class _Stop(threading.Event):
    """Knows that the consumer has seen it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = threading.Event()

    def is_set(self) -> bool:
        if super().is_set():
            self.seen.set()
        return super().is_set()


def test_what_comes_while_a_consumer_stops_is_left_to_another(url: str) -> None:
    declare(url)
    broker = connect(url)
    publisher = broker.publisher()
    for number in range(5):
        publisher.publish(dataclasses.replace(GOOD, id=str(number)))
    publisher.close()
    handled: list[bytes] = []
    for _ in range(5):  # its answer, given while the consumer stops, has the broker send the next
        stop = _Stop()

        def handle(body: bytes, attempt: int, stop: _Stop = stop) -> None:
            handled.append(body)
            stop.set()
            assert stop.seen.wait(20)

        broker.consume("reader", handle, handled.append, stop)
    assert len(set(handled)) == 5


def test_a_message_given_up_is_kept_however_often_it_cannot_be_parked(
    url: str, on_rabbit: MakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "UNSETTLED_SECONDS", 0.01)
    on_rabbit("reader")
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        connection.channel().basic_publish("", "reader.parking", b"given up")
    stop = threading.Event()
    tries: list[bytes] = []

    def database_away(body: bytes) -> None:
        tries.append(body)
        if len(tries) < 30:  # more than the 20 deliveries after which a queue drops by default
            raise RuntimeError
        stop.set()

    connect(url).consume("reader", lambda body, attempt: None, database_away, stop)
    assert tries == [b"given up"] * 30


def test_an_idle_publisher_whose_connection_was_closed_publishes_all_the_same(
    rabbitmq: RabbitMQ, url: str, on_rabbit: MakeLedger
) -> None:
    writer, reader = on_rabbit("writer"), on_rabbit("reader")
    publisher = adapter.RabbitBroker(url).publisher()
    publisher.send(EXCHANGE, Noted.TYPE, b"first", None, 1)
    wait_until(lambda: bool(rabbitmq.api("GET", f"vhosts/{vhost_of(url)}/connections")), 60, "a listed connection")
    rabbitmq.close_connections(url)
    publisher.send(EXCHANGE, Noted.TYPE, b"second", None, 1)
    publisher.close()
    writer.note("third")
    with writer.working(), reader.working():
        wait_until(lambda: reader.entries() == ["third"] and len(reader.parked()) == 2, 60, "all three")


def test_the_definitions_file_makes_what_declaring_makes(rabbitmq: RabbitMQ, url: str) -> None:
    described = definitions(topology(bindings_of((Noted,)), RETRY_SECONDS), vhost_of(url))
    rabbitmq.api("POST", "definitions", described)
    declare(url)  # refused by RabbitMQ if anything differed
    queues = {queue["name"] for queue in rabbitmq.api("GET", f"queues/{vhost_of(url)}")}
    assert {"reader", "reader.parking", "reader.retry.0", "archive", "archive.parking"} <= queues
    retries = rabbitmq.api("GET", f"exchanges/{vhost_of(url)}/reader.retry/bindings/source")
    assert {(retry["routing_key"], retry["destination"]) for retry in retries} == {
        ("0", "reader.retry.0"),
        ("1", "reader.retry.1"),
    }
