"""With the rights of one service on RabbitMQ: all of a worker's life works, and nothing of another's can be touched."""

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from services.chassis.events import rabbitmq as adapter
from services.chassis.events.broker import BrokerUnavailable
from tests.chassis.events.ledger import MakeLedger, Noted, declare
from tests.support.processes import wait_until
from tests.support.rabbitmq import RabbitMQ, vhost_of


@pytest.fixture
def url(url: str) -> str:
    declare(url)
    return url


@pytest.fixture
def of_right(rabbitmq: RabbitMQ, url: str, on_rabbit: MakeLedger) -> MakeLedger:
    return lambda name, **options: on_rabbit(name, rabbitmq.service_user(url, name), **options)


def test_a_worker_publishes_consumes_and_tries_again(of_right: MakeLedger) -> None:
    writer, reader = of_right("writer"), of_right("reader", failures=2)
    writer.note("by right")
    with writer.working(), reader.working():
        wait_until(lambda: reader.entries() == ["by right"], 60, "the entry, after two retries")
    assert reader.parked() == []


def test_a_worker_parks_what_fails_for_good_and_hears_what_the_broker_gave_up(of_right: MakeLedger) -> None:
    writer, reader = of_right("writer"), of_right("reader", failures=3)
    writer.note("bad")
    with writer.working(), reader.working():
        wait_until(lambda: len(reader.parked()) == 1, 60, "the parked event")
    writer.note("deadly")
    with writer.working(), pika.BlockingConnection(pika.URLParameters(reader.broker_url)) as connection:
        _refuse_until_given_up(connection.channel())
    with reader.working():
        wait_until(lambda: reader.entries() == ["deadly"], 60, "the event given up")


def _refuse_until_given_up(channel: BlockingChannel) -> None:
    while channel.queue_declare("reader.parking", passive=True).method.message_count == 0:
        method, _, _ = channel.basic_get("reader")
        if method is None:
            channel.connection.sleep(0.05)
        else:
            channel.basic_nack(method.delivery_tag, requeue=True)


def test_a_refused_right_is_told_in_the_brokers_words(rabbitmq: RabbitMQ, url: str) -> None:
    publisher = adapter.RabbitBroker(rabbitmq.service_user(url, "reader")).publisher()
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
