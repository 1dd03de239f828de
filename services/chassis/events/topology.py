"""RabbitMQ's exchanges, queues and bindings, generated from the contracts; applied, or written to a file.

Per consuming service: its queue, one delay queue per retry step behind a direct exchange of the service (a user who
may write to the default exchange may write to every queue), a parking queue. All are quorum queues. Dead letters are
forwarded `at-least-once`, which needs `x-overflow: reject-publish` (else RabbitMQ falls back to at-most-once). Without
a dead-letter target a message would be deleted after DELIVERY_LIMIT deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.chassis.events.retry_policy import DELIVERY_LIMIT

EXCHANGE = "portail.events"
NO_LIMIT = -1  # without a dead-letter target, the default limit would delete messages
_QUORUM = {"x-queue-type": "quorum"}
_ONWARDS = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish", "x-dead-letter-exchange": ""}


@dataclass(frozen=True)
class Exchange:
    name: str
    kind: str


@dataclass(frozen=True)
class Queue:
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Binding:
    """Messages sent to `exchange` with `key` (an event's type, or a retry step) go to `queue`."""

    exchange: str
    key: str
    queue: str


@dataclass(frozen=True)
class Topology:
    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    bindings: tuple[Binding, ...]


def parking_queue(service: str) -> str:
    return f"{service}.parking"


def retry_queue(service: str, step: int) -> str:
    return f"{service}.retry.{step}"


def retry_exchange(service: str) -> str:
    return f"{service}.retry"


def retry_key(step: int) -> str:
    return str(step)


def topology(bindings: dict[str, tuple[str, ...]], retry_seconds: tuple[float, ...]) -> Topology:
    """`bindings` maps each event type to its consuming services; delays are in seconds."""
    services = sorted({service for consumers in bindings.values() for service in consumers})
    exchanges = [Exchange(EXCHANGE, "topic"), *(Exchange(retry_exchange(service), "direct") for service in services)]
    queues = [queue for service in services for queue in _queues(service, retry_seconds)]
    bound = [Binding(EXCHANGE, type, service) for type, consumers in sorted(bindings.items()) for service in consumers]
    bound += [
        Binding(retry_exchange(service), retry_key(step), retry_queue(service, step))
        for service in services
        for step in range(len(retry_seconds))
    ]
    return Topology(tuple(exchanges), tuple(queues), tuple(bound))


def definitions(described: Topology, vhost: str = "/") -> dict[str, Any]:
    """The topology as a RabbitMQ definitions file, which the server loads at start; files are loaded in any order."""
    return {
        "vhosts": [{"name": vhost}],
        "exchanges": [{"name": exchange.name, "vhost": vhost, "type": exchange.kind, "durable": True,
                       "auto_delete": False, "internal": False, "arguments": {}} for exchange in described.exchanges],
        "queues": [{"name": queue.name, "vhost": vhost, "durable": True, "auto_delete": False,
                    "arguments": queue.arguments} for queue in described.queues],
        "bindings": [{"source": binding.exchange, "vhost": vhost, "destination": binding.queue,
                      "destination_type": "queue", "routing_key": binding.key, "arguments": {}}
                     for binding in described.bindings],
    }  # fmt: skip


def _queues(service: str, retry_seconds: tuple[float, ...]) -> list[Queue]:
    own = {
        **_QUORUM,
        **_ONWARDS,
        "x-dead-letter-routing-key": parking_queue(service),
        "x-delivery-limit": DELIVERY_LIMIT,
    }
    retries = [
        Queue(
            retry_queue(service, step),
            {**_QUORUM, **_ONWARDS, "x-dead-letter-routing-key": service, "x-message-ttl": round(seconds * 1000)},
        )
        for step, seconds in enumerate(retry_seconds)
    ]
    return [Queue(service, own), Queue(parking_queue(service), {**_QUORUM, "x-delivery-limit": NO_LIMIT}), *retries]
