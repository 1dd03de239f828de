"""RabbitMQ started as the composed one: queues and users are there, and each user has its own and nothing else."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, AMQPError, ChannelClosedByBroker

from deploy.containers import secrets
from deploy.containers.secret_makers import VHOST
from deploy.service_names import SERVICES
from services.chassis.events.broker import bindings_of
from services.chassis.events.retry_policy import RETRY_SECONDS
from services.chassis.events.topology import EXCHANGE, definitions, topology
from services.contracts import EVENTS
from services.contracts.accounts import EmailChanged
from services.contracts.registrations import RegistrationSaved
from tests.containers.composed_rabbitmq import TOPOLOGY, ComposedRabbitMQ
from tests.support.missing_services import NotInstalled, skip_or_fail

EVERYTHING = topology(bindings_of(EVENTS), RETRY_SECONDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The secrets of this module's node."""
    made = tmp_path_factory.mktemp("broker") / "secrets"
    secrets.make(made)
    return made


@pytest.fixture(scope="module")
def node(folder: Path) -> Iterator[ComposedRabbitMQ]:
    """A node that has loaded both files."""
    users = (folder / "rabbitmq-users.json").read_text(encoding="utf-8")
    try:
        started = ComposedRabbitMQ({TOPOLOGY.name: TOPOLOGY.read_text(encoding="utf-8"), "20-users.json": users})
    except NotInstalled as absence:
        skip_or_fail(absence)
    yield started
    started.close()


@pytest.fixture
def channel_of(node: ComposedRabbitMQ, folder: Path) -> Iterator[Callable[[str], BlockingChannel]]:
    """Open a channel as a service does, with its secret."""
    opened: list[pika.BlockingConnection] = []

    def open_channel(service: str) -> BlockingChannel:
        url = node.at_node((folder / f"{service}-broker-url").read_text(encoding="utf-8"))
        opened.append(pika.BlockingConnection(pika.URLParameters(url)))
        channel = opened[-1].channel()
        channel.confirm_delivery()
        return channel

    yield open_channel
    for connection in opened:
        with contextlib.suppress(AMQPError):
            connection.close()


def send(channel: BlockingChannel, exchange: str, key: str, body: bytes = b"{}") -> None:
    channel.basic_publish(exchange, key, body, pika.BasicProperties(delivery_mode=2), mandatory=True)


def test_the_committed_queues_are_those_of_the_contracts() -> None:
    assert json.loads(TOPOLOGY.read_text(encoding="utf-8")) == definitions(EVERYTHING, VHOST), (
        "the contracts have changed: make definitions"
    )


def test_the_committed_queues_are_what_the_command_writes() -> None:
    command = [sys.executable, "-m", "deploy.broker", "definitions", VHOST]
    ended = subprocess.run(command, cwd=secrets.ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout == TOPOLOGY.read_text(encoding="utf-8")


def test_all_queues_are_there_from_the_start(node: ComposedRabbitMQ) -> None:
    queues = {queue["name"]: queue["type"] for queue in node.api("GET", f"queues/{VHOST}")}
    assert queues == {queue.name: "quorum" for queue in EVERYTHING.queues}


def test_the_only_users_are_the_services(node: ComposedRabbitMQ) -> None:
    users = {user["name"]: user["tags"] for user in node.api("GET", "users") if user["name"] != node.user}
    assert users == {service: [] for service in SERVICES}
    assert [vhost["name"] for vhost in node.api("GET", "vhosts")] == [VHOST]


@pytest.mark.parametrize("vhost", [VHOST, "/"])
def test_guest_is_not_let_in(node: ComposedRabbitMQ, vhost: str) -> None:
    with pytest.raises(AMQPConnectionError):
        pika.BlockingConnection(pika.URLParameters(node.url_of(vhost, "guest", "guest")))


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_comes_in_with_its_secret(channel_of: Callable[[str], BlockingChannel], service: str) -> None:
    assert channel_of(service).is_open


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_an_event_goes_from_its_producer_to_each_consumer(
    channel_of: Callable[[str], BlockingChannel], event: Any
) -> None:
    send(channel_of(event.__module__.rpartition(".")[2]), EXCHANGE, event.TYPE, event.TYPE.encode())
    for consumer in event.CONSUMERS:
        assert taken_from(channel_of(consumer), consumer) == event.TYPE.encode()


def taken_from(channel: BlockingChannel, queue: str) -> bytes | None:
    for _, _, body in channel.consume(queue, auto_ack=True, inactivity_timeout=20):
        channel.cancel()
        return body
    return None


@pytest.mark.parametrize("service", ["registrations", "documents", "pieces"])
def test_a_consumer_can_put_an_event_off(channel_of: Callable[[str], BlockingChannel], service: str) -> None:
    last = len(RETRY_SECONDS) - 1
    channel = channel_of(service)
    send(channel, f"{service}.retry", str(last))
    assert channel.queue_declare(f"{service}.retry.{last}", passive=True).method.message_count == 1


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(lambda channel: channel.basic_get("documents"), id="reading documents' queue"),
        pytest.param(lambda channel: channel.basic_get("documents.parking"), id="reading what documents gave up"),
        pytest.param(lambda channel: channel.queue_purge("documents"), id="emptying documents' queue"),
        pytest.param(lambda channel: send(channel, "", "documents"), id="writing past the exchange"),
        pytest.param(lambda channel: send(channel, "amq.topic", EmailChanged.TYPE), id="writing to another exchange"),
        pytest.param(lambda channel: send(channel, "documents.retry", "0"), id="writing to documents' retries"),
        pytest.param(lambda channel: send(channel, EXCHANGE, RegistrationSaved.TYPE), id="registrations' event"),
        pytest.param(lambda channel: send(channel, EXCHANGE, "accounts.unheard.v1"), id="an event of no contract"),
        pytest.param(lambda channel: channel.queue_declare("accounts", durable=True), id="making a queue"),
        pytest.param(lambda channel: channel.queue_bind("documents", EXCHANGE, "#"), id="binding a queue"),
        pytest.param(lambda channel: channel.queue_delete("documents"), id="deleting a queue"),
        pytest.param(lambda channel: channel.exchange_delete(EXCHANGE), id="deleting the exchange"),
        pytest.param(lambda channel: channel.exchange_declare("accounts.more"), id="making an exchange"),
    ],
)
def test_accounts_is_refused_what_is_not_its_own(
    channel_of: Callable[[str], BlockingChannel], deed: Callable[[BlockingChannel], object]
) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        deed(channel_of("accounts"))


@pytest.mark.parametrize("service", ["documents", "pieces"])
def test_a_service_without_events_publishes_none(channel_of: Callable[[str], BlockingChannel], service: str) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        send(channel_of(service), EXCHANGE, RegistrationSaved.TYPE)


def test_a_restart_keeps_events_and_brings_back_a_queue_that_was_deleted(
    node: ComposedRabbitMQ, channel_of: Callable[[str], BlockingChannel]
) -> None:
    send(channel_of("registrations"), EXCHANGE, RegistrationSaved.TYPE, b"kept")
    before = node.api("GET", f"queues/{VHOST}")
    node.api("DELETE", f"queues/{VHOST}/documents.retry.4")
    node.stop()
    log_length = len(node.log)
    node.start()
    assert {queue["name"] for queue in node.api("GET", f"queues/{VHOST}")} == {queue["name"] for queue in before}
    assert taken_from(channel_of("documents"), "documents") == b"kept"
    assert "[error]" not in node.log[log_length:]


def test_a_turned_password_takes_effect_at_the_next_start(node: ComposedRabbitMQ, folder: Path) -> None:
    old = node.at_node((folder / "pieces-broker-url").read_text(encoding="utf-8"))
    (folder / "pieces-broker-url").unlink()
    secrets.make(folder)
    node.stop()
    node.give("20-users.json", (folder / "rabbitmq-users.json").read_text(encoding="utf-8"))
    node.start()
    new = node.at_node((folder / "pieces-broker-url").read_text(encoding="utf-8"))
    pika.BlockingConnection(pika.URLParameters(new)).close()
    with pytest.raises(AMQPConnectionError):
        pika.BlockingConnection(pika.URLParameters(old))
