"""RabbitMQ's exchange, queues and bindings, generated from the contracts; applied, or written to a file.

Per consuming service: its queue and its dead-letter queue, both quorum queues. Dead letters are forwarded
`at-least-once`, which needs `x-overflow: reject-publish` (else RabbitMQ falls back to at-most-once). Without a
dead-letter target a message would be deleted after DELIVERY_LIMIT deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

EXCHANGE = "portail.events"
DELIVERY_LIMIT = 20
"""Deliveries of a message that nobody acknowledged, as when its consumer is killed each time."""
NO_LIMIT = -1  # without a dead-letter target, the default limit would delete messages
_QUORUM = {"x-queue-type": "quorum"}
_ONWARDS = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish", "x-dead-letter-exchange": ""}


@dataclass(frozen=True)
class Queue:
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Binding:
    """Events of type `key` go to `queue`."""

    key: str
    queue: str


@dataclass(frozen=True)
class Topology:
    queues: tuple[Queue, ...]
    bindings: tuple[Binding, ...]


def dead_letter_queue(service: str) -> str:
    return f"{service}.parking"


def retired_queues(service: str) -> tuple[str, ...]:
    """Delay queues of the version before, which empty themselves into the service's queue within an hour."""
    return tuple(f"{service}.retry.{step}" for step in range(5))


def topology(bindings: dict[str, tuple[str, ...]]) -> Topology:
    """`bindings` maps each event type to its consuming services."""
    services = sorted({service for consumers in bindings.values() for service in consumers})
    queues = [queue for service in services for queue in _queues(service)]
    bound = [Binding(type, service) for type, consumers in sorted(bindings.items()) for service in consumers]
    return Topology(tuple(queues), tuple(bound))


def definitions(described: Topology, vhost: str = "/") -> dict[str, Any]:
    """The topology as a RabbitMQ definitions file, which the server loads at start; files are loaded in any order."""
    return {
        "vhosts": [{"name": vhost}],
        "exchanges": [{"name": EXCHANGE, "vhost": vhost, "type": "topic", "durable": True,
                       "auto_delete": False, "internal": False, "arguments": {}}],
        "queues": [{"name": queue.name, "vhost": vhost, "durable": True, "auto_delete": False,
                    "arguments": queue.arguments} for queue in described.queues],
        "bindings": [{"source": EXCHANGE, "vhost": vhost, "destination": binding.queue,
                      "destination_type": "queue", "routing_key": binding.key, "arguments": {}}
                     for binding in described.bindings],
    }  # fmt: skip


def _queues(service: str) -> list[Queue]:
    dead_letters = {"x-dead-letter-routing-key": dead_letter_queue(service), "x-delivery-limit": DELIVERY_LIMIT}
    return [
        Queue(service, {**_QUORUM, **_ONWARDS, **dead_letters}),
        Queue(dead_letter_queue(service), {**_QUORUM, "x-delivery-limit": NO_LIMIT}),
    ]
