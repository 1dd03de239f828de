"""RabbitMQ's exchange, queues and bindings, generated from the contracts; applied, or written to a
file.

Dead letters are forwarded `at-least-once`, which needs `x-overflow: reject-publish` (else RabbitMQ
falls back to at-most-once). Without a dead-letter target a message would be deleted after
DELIVERY_LIMIT deliveries.
"""

from typing import Any

EXCHANGE = "portail.events"
DELIVERY_LIMIT = 20
"""Deliveries of a message that nobody acknowledged, as when its consumer is killed each time."""
NO_LIMIT = -1  # without a dead-letter target, the default limit would delete messages
_QUORUM = {"x-queue-type": "quorum"}
_ONWARDS = {
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    "x-dead-letter-exchange": "",
}


def dead_letter_queue(service: str) -> str:
    return f"{service}.parking"


def definitions(bindings: dict[str, tuple[str, ...]], vhost: str = "/") -> dict[str, Any]:
    """A RabbitMQ definitions file, which the server loads at start; files are loaded in any order.
    `bindings` maps each event type to its consuming services."""
    durable = {"durable": True, "auto_delete": False}
    services = sorted({service for consumers in bindings.values() for service in consumers})
    return {
        "vhosts": [{"name": vhost}],
        "exchanges": [
            {
                "name": EXCHANGE,
                "vhost": vhost,
                "type": "topic",
                **durable,
                "internal": False,
                "arguments": {},
            }
        ],
        "queues": [
            {"name": name, "vhost": vhost, **durable, "arguments": {**_QUORUM, **arguments}}
            for service in services
            for name, arguments in _queues(service).items()
        ],
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


def _queues(service: str) -> dict[str, dict[str, Any]]:
    """Arguments by name."""
    dead_letters = {
        "x-dead-letter-routing-key": dead_letter_queue(service),
        "x-delivery-limit": DELIVERY_LIMIT,
    }
    return {
        service: {**_ONWARDS, **dead_letters},
        dead_letter_queue(service): {"x-delivery-limit": NO_LIMIT},
    }
