"""RabbitMQ through pika, in workers only: one connection per thread, closed on any error.

What is heard is written in the connection's own thread: a statement on the database usually takes
less than two heartbeats; if it hangs, the broker ends the connection and delivers again. At run
time nothing is declared.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import pika
import structlog
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError, ChannelClosed, ConnectionClosed, NackError, UnroutableError
from pika.spec import Basic

from services.chassis.events.broker import (
    TAKEN_AT_ONCE,
    BrokerUnavailable,
    Hear,
    OnIteration,
    Unroutable,
)
from services.chassis.events.envelope import Envelope
from services.chassis.events.topology import EXCHANGE, dead_letter_queue, definitions
from services.chassis.process.logs import frames_of, reason_of

log = structlog.get_logger()

# AMQPConnectorException: a broker that accepts the connection and stays silent.
CONNECTION_ERRORS = (AMQPError, AMQPConnectorException, OSError)
TICK_SECONDS = 0.2
UNHEARD_SECONDS = 5.0
"""Before messages are written that could not be, because the database is away."""
HEARTBEAT_SECONDS = 15  # a broker that hangs is given up after two of them and 10 s at most


class RabbitBroker:
    """Carries events by the RabbitMQ at `amqp://user:password@host:port/vhost`."""

    def __init__(self, url: str) -> None:
        self._parameters = pika.URLParameters(url)
        self._parameters.heartbeat = HEARTBEAT_SECONDS
        self._parameters.blocked_connection_timeout = 30
        self._parameters.socket_timeout = 5
        self._parameters.connection_attempts = 1

    def declare(self, bindings: dict[str, tuple[str, ...]]) -> None:
        described = definitions(bindings)
        with self._channel() as channel:
            channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
            for queue in described["queues"]:
                channel.queue_declare(queue["name"], durable=True, arguments=queue["arguments"])
            for binding in described["bindings"]:
                channel.queue_bind(
                    binding["destination"], EXCHANGE, routing_key=binding["routing_key"]
                )

    def publisher(self) -> RabbitPublisher:
        return RabbitPublisher(self._parameters)

    def consume(
        self, queue: str, hear: Hear, stop: threading.Event, on_iteration: OnIteration
    ) -> None:
        with self._channel() as channel:
            channel.queue_declare(queue, passive=True)
            _Consumption(channel, queue, hear).run(stop, on_iteration)

    @contextlib.contextmanager
    def _channel(self) -> Iterator[BlockingChannel]:
        connection = None
        try:
            connection = BlockingConnection(self._parameters)
            yield connection.channel()
        except CONNECTION_ERRORS as error:
            raise BrokerUnavailable(_close_reason(error)) from error
        finally:
            _close(connection)


class RabbitPublisher:
    """One connection, made when first needed; confirms and mandatory always together."""

    def __init__(self, parameters: pika.URLParameters) -> None:
        self._parameters = parameters
        self._connection: BlockingConnection | None = None
        self._channel: BlockingChannel | None = None

    def publish(self, envelope: Envelope) -> None:
        self.send(envelope.type, envelope.to_json(), envelope.id)

    def send(self, key: str, body: bytes, message_id: str | None = None) -> None:
        """Return once the broker has confirmed it. Raises BrokerUnavailable or Unroutable."""
        properties = pika.BasicProperties(
            "application/cloudevents+json", delivery_mode=2, message_id=message_id
        )
        used_before = self._channel is not None
        try:
            self._opened().basic_publish(EXCHANGE, key, body, properties, mandatory=True)
        except UnroutableError as error:
            raise Unroutable(key) from error
        except (NackError, *CONNECTION_ERRORS) as error:
            self.close()
            if not used_before:
                raise BrokerUnavailable(_close_reason(error)) from error
            # The broker closed a connection that had been idle for long: retry once with a new one.
            self.send(key, body, message_id)

    def keep_alive(self) -> None:
        """Answer the broker's heartbeats; a lost connection is closed, and opened again when
        needed."""
        try:
            if self._connection is not None:
                self._connection.process_data_events(time_limit=0)
        except CONNECTION_ERRORS:
            self.close()

    def close(self) -> None:
        _close(self._connection)
        self._connection = self._channel = None

    def _opened(self) -> BlockingChannel:
        if self._channel is None or not self._channel.is_open:
            self.close()
            self._connection = BlockingConnection(self._parameters)
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
        return self._channel


class _Consumption:
    """Writes down what comes from a queue and its dead-letter queue, in the order of coming."""

    def __init__(self, channel: BlockingChannel, queue: str, hear: Hear) -> None:
        self._channel = channel
        self._queue = queue
        self._hear = hear
        self._bodies: list[bytes] = []
        self._last_tag = 0
        self._not_before = 0.0

    def run(self, stop: threading.Event, on_iteration: OnIteration) -> None:
        """Consume until `stop` is set; what is not acknowledged by then the broker delivers to
        another worker.

        Raises BrokerUnavailable once the broker has closed the channel or a consumer (a queue
        deleted, a right revoked): pika reports neither while the connection lives.
        """
        self._channel.basic_qos(prefetch_count=TAKEN_AT_ONCE, global_qos=False)
        tags = [
            self._channel.basic_consume(name, self._take)
            for name in (self._queue, dead_letter_queue(self._queue))
        ]
        while not stop.is_set():
            on_iteration()
            self._channel.connection.process_data_events(time_limit=TICK_SECONDS)
            if not self._channel.is_open or len(self._channel.consumer_tags) < len(tags):
                raise BrokerUnavailable("the broker ended the consumption")
            if self._bodies and time.monotonic() >= self._not_before:
                self._write_and_acknowledge()

    def _take(
        self, _channel: object, method: Basic.Deliver, _properties: object, body: bytes
    ) -> None:
        self._bodies.append(body)
        self._last_tag = method.delivery_tag

    def _write_and_acknowledge(self) -> None:
        try:
            self._hear(self._bodies)
        except Exception as error:
            log.warning("messages_not_written", reason=reason_of(error), frames=frames_of(error))
            self._not_before = time.monotonic() + UNHEARD_SECONDS
            return
        self._channel.basic_ack(self._last_tag, multiple=True)
        self._bodies = []


def _close_reason(error: Exception) -> str:
    """Return the broker's text if it closed the channel (a right refused, a queue missing): it
    holds names, no secrets."""
    if isinstance(error, ChannelClosed | ConnectionClosed):
        return f"{error.reply_code} {error.reply_text}"
    return type(error).__name__


def _close(connection: BlockingConnection | None) -> None:
    if connection is not None and connection.is_open:
        with contextlib.suppress(*CONNECTION_ERRORS):
            connection.close()
