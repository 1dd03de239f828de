"""Which broker a URL names. Each adapter is imported only where it is used: on one machine pika is not loaded."""

from __future__ import annotations

from services.chassis.events.broker import Broker


def connect(url: str) -> Broker:
    """The broker of `url`: `amqp://…` or `sqlite:///path`."""
    if url.startswith("sqlite:///"):
        from services.chassis.events.embedded import EmbeddedBroker

        return EmbeddedBroker(url.removeprefix("sqlite:///"))
    from services.chassis.events.rabbitmq import RabbitBroker

    return RabbitBroker(url)
