"""Chooses the broker by its URL."""

from services.chassis.events.broker import Broker


def connect(url: str) -> Broker:
    """Return the broker of `url`: `amqp://…` or `sqlite:///path`. On one machine pika is not
    imported."""
    if url.startswith("sqlite:///"):
        from services.chassis.events.embedded import EmbeddedBroker

        return EmbeddedBroker(url.removeprefix("sqlite:///"))
    from services.chassis.events.rabbitmq import RabbitBroker

    return RabbitBroker(url)
