"""RabbitMQ started as the composed one: queues and users are there, and each user has its own and
nothing else."""

import contextlib
import json
import sys
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, AMQPError, ChannelClosedByBroker

from deploy import broker
from deploy.containers import secrets
from deploy.containers.derived_files import password_hash
from deploy.containers.secret_makers import VHOST
from deploy.service_names import SERVICES
from services.chassis.events.broker import bindings_of
from services.chassis.events.topology import EXCHANGE, definitions
from services.contracts import EVENTS
from services.contracts.accounts import EmailChanged
from services.contracts.registrations import RegistrationSaved
from tests.support.rabbitmq import RabbitMQServer

FILES = Path(secrets.__file__).parent / "rabbitmq"
TOPOLOGY = FILES / "10-topology.json"


class ComposedRabbitMQ(RabbitMQServer):
    """`definitions` are the files' contents by name; the tests add an administrator, to inspect the
    node."""

    def __init__(self, definitions: Mapping[str, str]) -> None:
        self._definitions = dict(definitions)
        super().__init__()

    def at_node(self, url: str) -> str:
        """Return a service's URL with this node in place of the composed one."""
        parts = urllib.parse.urlsplit(url)
        return self.url_of(VHOST, parts.username or "", parts.password or "")

    def give(self, name: str, text: str) -> None:
        """Put a definitions file in place, for the next start."""
        self._folder.write(f"definitions/{name}", text)

    @property
    def log(self) -> str:
        return self._daemon.log.read_text(encoding="utf-8", errors="replace")

    def _configuration(self) -> str:
        folder = self._folder.folder("definitions")
        for name, text in {
            **self._definitions,
            "30-administrator.json": self._administrator(),
        }.items():
            self.give(name, text)
        ours = (FILES / "rabbitmq.conf").read_text(encoding="utf-8")
        assert "/etc/rabbitmq/definitions" in ours
        lines = [
            f"listeners.tcp.local = 127.0.0.1:{self.port}",
            "management.tcp.ip = 127.0.0.1",
            f"management.tcp.port = {self.management_port}",
        ]
        return "\n".join([ours.replace("/etc/rabbitmq/definitions", str(folder)), *lines, ""])

    def _administrator(self) -> str:
        user = {
            "name": self.user,
            "password_hash": password_hash(self.password),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": ["administrator"],
            "limits": {},
        }
        rights = {"user": self.user, "vhost": VHOST, "configure": ".*", "write": ".*", "read": ".*"}
        return json.dumps({"users": [user], "permissions": [rights]})


EVERYTHING = definitions(bindings_of(EVENTS), VHOST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The secrets of this module's node."""
    made = tmp_path_factory.mktemp("broker") / "secrets"
    secrets.make(made)
    return made


@pytest.fixture(scope="module")
def node(folder: Path) -> Iterator[ComposedRabbitMQ]:
    users = (folder / "rabbitmq-users.json").read_text(encoding="utf-8")
    started = ComposedRabbitMQ(
        {TOPOLOGY.name: TOPOLOGY.read_text(encoding="utf-8"), "20-users.json": users}
    )
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
    channel.basic_publish(
        exchange, key, body, pika.BasicProperties(delivery_mode=2), mandatory=True
    )


def test_the_committed_queues_are_those_of_the_contracts_as_the_command_writes_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    committed = TOPOLOGY.read_text(encoding="utf-8")
    assert json.loads(committed) == EVERYTHING, "the contracts have changed: make definitions"
    monkeypatch.setattr(sys, "argv", ["deploy.broker", "definitions", VHOST])
    broker.main()
    assert capsys.readouterr().out == committed


def test_all_queues_are_there_from_the_start(node: ComposedRabbitMQ) -> None:
    queues = {queue["name"]: queue["type"] for queue in node.api("GET", f"queues/{VHOST}")}
    assert queues == {queue["name"]: "quorum" for queue in EVERYTHING["queues"]}


def test_the_only_users_are_the_services(node: ComposedRabbitMQ) -> None:
    users = {
        user["name"]: user["tags"] for user in node.api("GET", "users") if user["name"] != node.user
    }
    assert users == {service: [] for service in SERVICES}
    assert [vhost["name"] for vhost in node.api("GET", "vhosts")] == [VHOST]


def test_guest_is_not_let_in(node: ComposedRabbitMQ) -> None:
    for vhost in (VHOST, "/"):
        with pytest.raises(AMQPConnectionError):
            pika.BlockingConnection(pika.URLParameters(node.url_of(vhost, "guest", "guest")))


def test_each_event_goes_from_its_producer_to_each_consumer(
    channel_of: Callable[[str], BlockingChannel],
) -> None:
    for event in EVENTS:
        send(
            channel_of(event.__module__.rpartition(".")[2]),
            EXCHANGE,
            event.TYPE,
            event.TYPE.encode(),
        )
        for consumer in event.CONSUMERS:
            assert taken_from(channel_of(consumer), consumer) == event.TYPE.encode(), (
                event.TYPE,
                consumer,
            )


def taken_from(channel: BlockingChannel, queue: str) -> bytes | None:
    for _, _, body in channel.consume(queue, auto_ack=True, inactivity_timeout=20):
        channel.cancel()
        return body
    return None


NOT_OF_ACCOUNTS: dict[str, Callable[[BlockingChannel], object]] = {
    "reading documents' queue": lambda channel: channel.basic_get("documents"),
    "reading what documents gave up": lambda channel: channel.basic_get("documents.parking"),
    "emptying documents' queue": lambda channel: channel.queue_purge("documents"),
    "writing past the exchange": lambda channel: send(channel, "", "documents"),
    "writing to another exchange": lambda channel: send(channel, "amq.topic", EmailChanged.TYPE),
    "registrations' event": lambda channel: send(channel, EXCHANGE, RegistrationSaved.TYPE),
    "an event of no contract": lambda channel: send(channel, EXCHANGE, "accounts.unheard.v1"),
    "making a queue": lambda channel: channel.queue_declare("accounts", durable=True),
    "binding a queue": lambda channel: channel.queue_bind("documents", EXCHANGE, "#"),
    "deleting a queue": lambda channel: channel.queue_delete("documents"),
    "deleting the exchange": lambda channel: channel.exchange_delete(EXCHANGE),
    "making an exchange": lambda channel: channel.exchange_declare("accounts.more"),
}


def test_accounts_is_refused_what_is_not_its_own_and_who_has_no_events_publishes_none(
    channel_of: Callable[[str], BlockingChannel],
) -> None:
    done = [
        name
        for name, deed in NOT_OF_ACCOUNTS.items()
        if not is_refused(channel_of("accounts"), deed)
    ]
    assert done == []
    for service in ("documents", "pieces"):
        assert is_refused(channel_of(service), NOT_OF_ACCOUNTS["registrations' event"]), service


def is_refused(channel: BlockingChannel, deed: Callable[[BlockingChannel], object]) -> bool:
    try:
        deed(channel)
    except ChannelClosedByBroker as refusal:
        return "ACCESS_REFUSED" in str(refusal)
    return False


def test_a_restart_keeps_events_brings_back_a_deleted_queue_and_puts_a_turned_password_in_force(
    node: ComposedRabbitMQ, channel_of: Callable[[str], BlockingChannel], folder: Path
) -> None:
    """It takes as long as RabbitMQ to stop and to start."""
    send(channel_of("registrations"), EXCHANGE, RegistrationSaved.TYPE, b"kept")
    before = node.api("GET", f"queues/{VHOST}")
    node.api("DELETE", f"queues/{VHOST}/documents.parking")
    secret = folder / "pieces-broker-url"
    old = node.at_node(secret.read_text(encoding="utf-8"))
    secret.unlink()
    secrets.make(folder)
    node.stop()
    log_length = len(node.log)
    node.give("20-users.json", (folder / "rabbitmq-users.json").read_text(encoding="utf-8"))
    node.start()
    assert {queue["name"] for queue in node.api("GET", f"queues/{VHOST}")} == {
        queue["name"] for queue in before
    }
    assert taken_from(channel_of("documents"), "documents") == b"kept"
    assert "[error]" not in node.log[log_length:]
    assert channel_of("pieces").is_open
    with pytest.raises(AMQPConnectionError):
        pika.BlockingConnection(pika.URLParameters(old))
