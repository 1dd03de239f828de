"""RabbitMQ's exchange, queues and bindings, generated from the contracts; applied, or written to a
file.

Dead letters are forwarded `at-least-once`, which needs `x-overflow: reject-publish` (else RabbitMQ
falls back to at-most-once). Without a dead-letter target a message would be deleted after
DELIVERY_LIMIT deliveries.
"""

from typing import TypedDict

EXCHANGE = "portail.events"
DELIVERY_LIMIT = 20
"""Deliveries of a message that nobody acknowledged, as when its consumer is killed each time."""
NO_LIMIT = -1  # without a dead-letter target, the default limit would delete messages
Arguments = dict[str, str | int]
_QUORUM: Arguments = {"x-queue-type": "quorum"}
_ONWARDS: Arguments = {
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    "x-dead-letter-exchange": "",
}


class Exchange(TypedDict):
    """An exchange, by RabbitMQ's names."""

    name: str
    vhost: str
    type: str
    durable: bool
    auto_delete: bool
    internal: bool
    arguments: Arguments


class Queue(TypedDict):
    """A queue, by RabbitMQ's names."""

    name: str
    vhost: str
    durable: bool
    auto_delete: bool
    arguments: Arguments


class Binding(TypedDict):
    """What comes from an exchange into a queue, by RabbitMQ's names."""

    source: str
    vhost: str
    destination: str
    destination_type: str
    routing_key: str
    arguments: Arguments


class Definitions(TypedDict):
    """A file of definitions of RabbitMQ."""

    vhosts: list[dict[str, str]]
    exchanges: list[Exchange]
    queues: list[Queue]
    bindings: list[Binding]


def dead_letter_queue(service: str) -> str:
    return f"{service}.parking"


def definitions(bindings: dict[str, tuple[str, ...]], vhost: str = "/") -> Definitions:
    """Return a RabbitMQ definitions file, which the server loads at start; files are loaded in any
    order. `bindings` maps each event type to its consuming services."""
    services = sorted({service for consumers in bindings.values() for service in consumers})
    return {
        "vhosts": [{"name": vhost}],
        "exchanges": [
            {
                "name": EXCHANGE,
                "vhost": vhost,
                "type": "topic",
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
        ],
        "queues": [queue for service in services for queue in _queues(service, vhost)],
        "bindings": [
            {
                "source": EXCHANGE,
                "vhost": vhost,
                "destination": service,
                "destination_type": "queue",
                "routing_key": type,
                "arguments": {},
            }
            for type, consumers in sorted(bindings.items())
            for service in consumers
        ],
    }


def _queues(service: str, vhost: str) -> list[Queue]:
    """Return the queue of a service and the one of its dead letters."""
    dead_letters = dead_letter_queue(service)
    own: Arguments = {
        **_QUORUM,
        **_ONWARDS,
        "x-dead-letter-routing-key": dead_letters,
        "x-delivery-limit": DELIVERY_LIMIT,
    }
    return [
        _queue(service, vhost, own),
        _queue(dead_letters, vhost, {**_QUORUM, "x-delivery-limit": NO_LIMIT}),
    ]


def _queue(name: str, vhost: str, arguments: Arguments) -> Queue:
    return {
        "name": name,
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": arguments,
    }
