"""Events a second on both brokers: published with confirms, and consumed by who does nothing with them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pika

from deploy import broker
from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.events.broker import connect
from services.chassis.events.envelope import Envelope
from tests.bench.record import record
from tests.documents.example_events import saved

EVENTS, CONSUMER, BARE_QUEUE = 500, "documents", "bare"


def test_events_a_second(broker_url: str) -> None:
    broker.declare(broker_url)
    on = "RabbitMQ" if broker_url.startswith("amqp") else "the queue of one machine"
    events, publisher = [_event() for _ in range(EVENTS)], connect(broker_url).publisher()
    begun = time.perf_counter()
    for event in events:
        publisher.publish(event)
    record(f"events published on {on}", EVENTS / (time.perf_counter() - begun), "/s")
    publisher.close()
    record(f"events consumed from {on}, nothing done", EVENTS / _seconds_of_consuming(broker_url), "/s")
    if on == "RabbitMQ":
        record(f"events published on {on} by bare pika with confirms", EVENTS / _bare(broker_url, events), "/s")


def _event() -> Envelope:
    event = saved()
    return Envelope(new_id(), "/registrations", event.TYPE, event.candidature_id, system_now(), event.to_data())


def _seconds_of_consuming(url: str) -> float:
    stop, heard = threading.Event(), list[bytes]()

    def hear(bodies: Sequence[bytes]) -> None:
        heard.extend(bodies)
        if len(heard) == EVENTS:
            stop.set()

    begun = time.perf_counter()
    connect(url).consume(CONSUMER, hear, stop)
    return time.perf_counter() - begun


def _bare(url: str, events: list[Envelope]) -> float:
    """To a durable quorum queue of its own, each confirmed before the next is sent."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.queue_declare(BARE_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    channel.confirm_delivery()
    persistent = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent)
    begun = time.perf_counter()
    for event in events:
        channel.basic_publish("", BARE_QUEUE, event.to_json(), persistent, mandatory=True)
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds
