"""The interface of both brokers: RabbitMQ, and the embedded queue in a SQLite file. Each carries
events, and runs nothing: what a consumer takes it writes down, then acknowledges."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from services.chassis.events.envelope import Envelope
from services.contracts.base import Contract

TAKEN_AT_ONCE = 50
LOOK_SECONDS = 0.25  # before who found no work in a database looks again
# Writes down the bodies of messages; whatever it raises, they are delivered again.
Hear = Callable[[Sequence[bytes]], None]
# Called by a loop at each iteration, so that a probe notices a loop that hangs.
OnIteration = Callable[[], None]


class BrokerUnavailable(Exception):
    """The broker does not answer; unsent events stay in the outbox."""


class Unroutable(Exception):
    """An event's type has no queue: the topology was not applied, or names no consumer."""


class Publisher(Protocol):
    """Used by one thread. It connects when there is something to publish, and again after an
    error."""

    def publish(self, envelope: Envelope) -> None:
        """Return once the broker has confirmed the event. Raises BrokerUnavailable or
        Unroutable."""

    def keep_alive(self) -> None:
        """Answer heartbeats, as an idle connection must: called regularly while there is nothing to
        publish. Raises BrokerUnavailable."""

    def close(self) -> None: ...


class Broker(Protocol):
    """`declare` needs an administrator's rights; the other methods use what was declared."""

    def declare(self, bindings: dict[str, tuple[str, ...]]) -> None:
        """Create the consumers' queues: `bindings` maps each event type to the services that
        consume it."""

    def publisher(self) -> Publisher: ...

    def consume(
        self, queue: str, hear: Hear, stop: threading.Event, on_iteration: OnIteration
    ) -> None:
        """Pass on what comes until `stop` is set, up to TAKEN_AT_ONCE together, and acknowledge it
        once `hear` returns.

        Raises BrokerUnavailable when the connection is lost.
        """


def bindings_of(contracts: Iterable[type[Contract]]) -> dict[str, tuple[str, ...]]:
    """Return which services consume each event type. Raises ValueError for an event without
    consumers."""
    bindings = {contract.TYPE: contract.CONSUMERS for contract in contracts}
    without_consumers = [type for type, consumers in bindings.items() if not consumers]
    if without_consumers:
        raise ValueError(f"nobody consumes {without_consumers}")
    return bindings
