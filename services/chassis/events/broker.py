"""The interface of both brokers: RabbitMQ, and the embedded queue in a SQLite file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from services.chassis.events.envelope import Envelope


class BrokerUnavailable(Exception):
    """The broker does not answer; unsent events stay in the outbox."""


class Unroutable(Exception):
    """No queue is bound to this type: the topology was not applied, or names no consumer."""


@dataclass(frozen=True)
class Retry:
    """Deliver again after the delay of this step, counted from 0."""

    step: int


# Takes a body and the number of this attempt (from 1); None: the message was handled or parked.
Handle = Callable[[bytes, int], Retry | None]
# Takes the body of a message that the broker itself gave up.
TakeParked = Callable[[bytes], None]
# Called by a loop at each iteration, so that a probe notices a loop that hangs.
OnIteration = Callable[[], None]


def do_nothing() -> None:
    """The OnIteration of a loop that no probe watches."""


class Publisher(Protocol):
    """Used by one thread."""

    def publish(self, envelope: Envelope) -> None:
        """Return once the broker has confirmed the event. Raises BrokerUnavailable or Unroutable."""

    def keep_alive(self) -> None:
        """To be called regularly while there is nothing to publish: an idle connection must answer heartbeats."""

    def close(self) -> None: ...


class Broker(Protocol):
    """`declare` needs an administrator's rights; the other methods use what was declared."""

    def declare(self, bindings: dict[str, tuple[str, ...]], retry_seconds: tuple[float, ...]) -> None:
        """Create the consumers' queues: `bindings` maps each event type to the services that consume it."""

    def publisher(self) -> Publisher: ...

    def consume(
        self,
        queue: str,
        handle: Handle,
        take_parked: TakeParked,
        stop: threading.Event,
        on_iteration: OnIteration = do_nothing,
    ) -> None:
        """Deliver until `stop` is set, then finish the message being handled. Calls `on_iteration` at each iteration.

        Raises BrokerUnavailable when the connection is lost.
        """


def bindings_of(contracts: tuple[type, ...]) -> dict[str, tuple[str, ...]]:
    """Which services consume each event type. Raises ValueError for an event without consumers."""
    bindings = {contract.TYPE: tuple(contract.CONSUMERS) for contract in contracts}  # type: ignore[attr-defined]
    if without_consumers := [type for type, consumers in bindings.items() if not consumers]:
        raise ValueError(f"nobody consumes {without_consumers}")
    return bindings
