"""RabbitMQ through pika, in workers only: one connection per thread, closed on any error.

The handler runs in a separate thread, so that heartbeats continue however long it takes; acknowledgements go back to
the connection's thread by `add_callback_threadsafe`. At run time nothing is declared: a service's user may only read
its own queues and write its own event types and retries.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pika
import structlog
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import (
    AMQPError,
    ChannelClosed,
    ChannelClosedByBroker,
    ConnectionClosed,
    NackError,
    UnroutableError,
)

from services.chassis.events.broker import BrokerUnavailable, Handle, OnIteration, TakeParked, Unroutable, do_nothing
from services.chassis.events.envelope import Envelope
from services.chassis.events.queue_depth import QueueDepth
from services.chassis.events.retry_policy import UNSETTLED_SECONDS
from services.chassis.events.topology import EXCHANGE, parking_queue, retry_exchange, retry_key, topology
from services.chassis.process.logs import frames_of, reason_of

log = structlog.get_logger()

# AMQPConnectorException: a broker that accepts the connection and stays silent.
CONNECTION_ERRORS = (AMQPError, AMQPConnectorException, OSError)
ATTEMPTS = "x-portail-attempts"
PREFETCH = 1  # what waits behind a handler that kills its worker must not be counted as delivered too
TICK_SECONDS = 0.2
HEARTBEAT_SECONDS = 15  # a broker that hangs is given up after two of them and 10 s at most


class RabbitBroker:
    """`url` is `amqp://user:password@host:port/vhost`."""

    def __init__(self, url: str) -> None:
        self._parameters = pika.URLParameters(url)
        self._parameters.heartbeat = HEARTBEAT_SECONDS
        self._parameters.blocked_connection_timeout = 30
        self._parameters.socket_timeout = 5
        self._parameters.connection_attempts = 1

    def declare(self, bindings: dict[str, tuple[str, ...]], retry_seconds: tuple[float, ...]) -> None:
        described = topology(bindings, retry_seconds)
        with self._channel() as channel:
            for exchange in described.exchanges:
                channel.exchange_declare(exchange.name, exchange_type=exchange.kind, durable=True)
            for queue in described.queues:
                channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
            for binding in described.bindings:
                channel.queue_bind(binding.queue, binding.exchange, routing_key=binding.key)

    def publisher(self) -> RabbitPublisher:
        return RabbitPublisher(self._parameters)

    def consume(
        self,
        queue: str,
        handle: Handle,
        take_parked: TakeParked,
        stop: threading.Event,
        on_iteration: OnIteration = do_nothing,
    ) -> None:
        with self._channel() as channel:
            channel.queue_declare(queue, passive=True)
            consumption = _Consumption(channel, queue, handle, take_parked, RabbitPublisher(self._parameters))
            consumption.run(stop, on_iteration)

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

    def __init__(self, parameters: Any) -> None:
        self._parameters = parameters
        self._connection: BlockingConnection | None = None
        self._channel: BlockingChannel | None = None

    def publish(self, envelope: Envelope) -> None:
        self.send(EXCHANGE, envelope.type, envelope.to_json(), envelope.id, 1)

    def send(self, exchange: str, key: str, body: bytes, message_id: str | None, attempt: int) -> None:
        """Return once the broker has confirmed it. Raises BrokerUnavailable or Unroutable."""
        properties = pika.BasicProperties(
            content_type="application/cloudevents+json",
            delivery_mode=2,
            message_id=message_id,
            headers={ATTEMPTS: attempt},
        )
        used_before = self._channel is not None
        try:
            self._opened().basic_publish(exchange, key, body, properties, mandatory=True)
        except UnroutableError as error:
            raise Unroutable(key) from error
        except (NackError, *CONNECTION_ERRORS) as error:
            self.close()
            if not used_before:
                raise BrokerUnavailable(_close_reason(error)) from error
            # The broker closed a connection that had been idle for long: retry once with a new one.
            self.send(exchange, key, body, message_id, attempt)

    def keep_alive(self) -> None:
        """Answer the broker's heartbeats; a lost connection is closed, and opened again when needed."""
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
    """Deliveries of one queue (and of its parking queue) to one handler thread."""

    def __init__(
        self, channel: BlockingChannel, queue: str, handle: Handle, take_parked: TakeParked, retries: RabbitPublisher
    ) -> None:
        self._channel = channel
        self._queue = queue
        self._handle = handle
        self._take_parked = take_parked
        self._retries = retries
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="handler")

    def run(self, stop: threading.Event, on_iteration: OnIteration) -> None:
        """Consume until `stop` is set; then finish and acknowledge the message being handled, and requeue waiting ones.

        Raises BrokerUnavailable once the broker has closed the channel or a consumer (a queue deleted, a right
        revoked): pika reports neither while the connection lives.
        """
        self._channel.basic_qos(prefetch_count=PREFETCH)
        consumed = {self._queue: self._on_event, parking_queue(self._queue): self._on_parked}
        for queue, on_message in consumed.items():
            self._channel.basic_consume(queue, on_message)
        connection = self._channel.connection
        depth = QueueDepth(self._queue, self._count_ready)
        try:
            while not stop.is_set():
                on_iteration()
                depth.measure()
                connection.process_data_events(time_limit=TICK_SECONDS)
                if not self._channel.is_open or len(self._channel.consumer_tags) < len(consumed):
                    raise BrokerUnavailable("the broker ended the consumption")
        finally:
            self._finish(connection)

    def _count_ready(self) -> int:
        declared = self._channel.queue_declare(self._queue, passive=True)
        return int(declared.method.message_count)

    def _finish(self, connection: BlockingConnection) -> None:
        self._stopping.set()
        waiter = threading.Thread(target=self._pool.shutdown, name="handler-end")
        waiter.start()
        while waiter.is_alive():
            if connection.is_open:
                with contextlib.suppress(*CONNECTION_ERRORS):
                    connection.process_data_events(time_limit=TICK_SECONDS)
            waiter.join(TICK_SECONDS)
        if connection.is_open:
            with contextlib.suppress(*CONNECTION_ERRORS):
                connection.process_data_events(time_limit=0)
        self._retries.close()

    def _on_event(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        self._submit(self._work, method.delivery_tag, body, _attempt_of(properties))

    def _on_parked(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        self._submit(self._work_parked, method.delivery_tag, body)

    def _submit(self, work: Callable[..., None], *arguments: Any) -> None:
        """Messages that arrive while we stop are not acknowledged: the broker delivers them to another worker."""
        if not self._stopping.is_set():
            self._pool.submit(work, *arguments)

    def _work(self, tag: int, body: bytes, attempt: int) -> None:
        if self._stopping.is_set():
            return  # not acknowledged: the broker delivers it to another worker
        try:
            retry = self._handle(body, attempt)
            if retry is not None:
                exchange = retry_exchange(self._queue)
                self._retries.send(exchange, retry_key(retry.step), body, None, attempt + 1)
        except BrokerUnavailable as error:
            log.warning("retry_not_sent", queue=self._queue, reason=str(error))
            self._unsettled(tag, error)
            return
        except Exception as error:
            self._unsettled(tag, error)
            return
        self._answer(tag, good=True)

    def _work_parked(self, tag: int, body: bytes) -> None:
        try:
            self._take_parked(body)
        except Exception as error:
            self._unsettled(tag, error)
            return
        self._answer(tag, good=True)

    def _unsettled(self, tag: int, error: Exception) -> None:
        """Neither handled nor parked: the broker requeues it, after a pause for a database that is unavailable."""
        log.warning("delivery_unsettled", reason=reason_of(error), frames=frames_of(error))
        self._stopping.wait(UNSETTLED_SECONDS)
        self._answer(tag, good=False)

    def _answer(self, tag: int, *, good: bool) -> None:
        """Acknowledge in the connection's thread. If the connection is lost, the inbox ignores the next delivery."""

        def answer() -> None:
            with contextlib.suppress(AMQPError, ChannelClosedByBroker):
                if good:
                    self._channel.basic_ack(tag)
                else:
                    self._channel.basic_nack(tag, requeue=True)

        with contextlib.suppress(AMQPError):
            self._channel.connection.add_callback_threadsafe(answer)


def _attempt_of(properties: Any) -> int:
    """The number of the attempt; 1 if our header is missing or no number."""
    attempt = (properties.headers or {}).get(ATTEMPTS)
    return attempt if isinstance(attempt, int) and attempt > 0 else 1


def _close_reason(error: Exception) -> str:
    """The broker's text if it closed the channel (a right refused, a queue missing): it holds names, no secrets."""
    if isinstance(error, ChannelClosed | ConnectionClosed):
        return f"{error.reply_code} {error.reply_text}"
    return type(error).__name__


def _close(connection: BlockingConnection | None) -> None:
    if connection is not None and connection.is_open:
        with contextlib.suppress(*CONNECTION_ERRORS):
            connection.close()
