"""What a broker does for us, whichever it is: RabbitMQ, or the embedded queue in a SQLite file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from services.chassis.events.envelope import Envelope


class BrokerUnavailable(Exception):
    """The broker does not answer; what was to be sent stays in the outbox."""


class Unroutable(Exception):
    """No queue takes this type: the topology was not applied, or names no consumer."""


@dataclass(frozen=True)
class Retry:
    """To be delivered again after the delay of this step, counted from 0."""

    step: int


# Given a body and the number of this attempt (from 1), says None when the message is settled.
Handle = Callable[[bytes, int], Retry | None]
# Given the body of a message that the broker itself gave up.
TakeParked = Callable[[bytes], None]
# Called by a loop at each of its turns, so that a probe sees one that hangs.
Turned = Callable[[], None]


def unseen() -> None:
    """For a loop that no probe watches."""


class Publisher(Protocol):
    """Used by one thread."""

    def publish(self, envelope: Envelope) -> None:
        """Returns once the broker has the event safe. Raises BrokerUnavailable or Unroutable."""

    def keep_alive(self) -> None:
        """To be called now and then while there is nothing to publish: an idle connection owes heartbeats."""

    def close(self) -> None: ...


class Broker(Protocol):
    """`declare` is the admin's step; the rest works with what was declared."""

    def declare(self, bindings: dict[str, tuple[str, ...]], retry_seconds: tuple[float, ...]) -> None:
        """Make queues for consumers: `bindings` maps each event type to the services that consume it."""

    def publisher(self) -> Publisher: ...

    def consume(
        self, queue: str, handle: Handle, take_parked: TakeParked, stop: threading.Event, turned: Turned = unseen
    ) -> None:
        """Deliver until `stop`, finishing what is in hand, and call `turned` at each turn.

        Raises BrokerUnavailable when the connection is lost."""


def bindings_of(contracts: tuple[type, ...]) -> dict[str, tuple[str, ...]]:
    """Which services consume each event type. An event that nobody consumes is refused: it does not exist."""
    bindings = {contract.TYPE: tuple(contract.CONSUMERS) for contract in contracts}  # type: ignore[attr-defined]
    if lonely := [type for type, consumers in bindings.items() if not consumers]:
        raise ValueError(f"nobody consumes {lonely}")
    return bindings
