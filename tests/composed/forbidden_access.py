"""Attempts accesses that a service must not have (other databases, queues, rights) and prints the servers' answers.
One of each kind, by which it shows as whom the service comes: tests/containers has all that its users may not do.

Runs inside the service's container, with its packages and secrets:
python -c "$(cat this)" accounts registrations documents pieces     (the service, then the others)
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pika
import psycopg

DONE = "done"


def attempt(action: Callable[[], object]) -> str:
    """The server's refusal, or `DONE`."""
    try:
        action()
    except (psycopg.Error, pika.exceptions.AMQPError) as error:
        return f"{type(error).__name__}: {error}"
    return DONE


def in_databases(service: str, others: list[str]) -> dict[str, str]:
    url = Path(f"/run/secrets/{service}-database-url").read_text(encoding="utf-8").strip().replace("+psycopg", "")

    def trying(statement: str, database: str = service) -> Callable[[], object]:
        def action() -> None:
            with psycopg.connect(re.sub(r"/\w+$", f"/{database}", url), connect_timeout=10) as connection:
                connection.execute(statement)

        return action

    answers = {f"database {other}": attempt(trying("SELECT 1", other)) for other in [*others, "postgres", "template1"]}
    statements = {
        "own database": "SELECT count(*) FROM alembic_version",
        "own tables' structure": "DROP TABLE alembic_version",
        "its owner's role": f"SET ROLE {service}_owner",
        "the server's files": "SELECT pg_read_file('/run/secrets/postgres-password')",
    }
    return answers | {name: attempt(trying(statement)) for name, statement in statements.items()}


def on_broker(service: str, others: list[str]) -> dict[str, str]:
    url = Path(f"/run/secrets/{service}-broker-url").read_text(encoding="utf-8").strip()

    def trying(action: Callable[[Any], object]) -> Callable[[], object]:
        def with_channel() -> None:
            connection = pika.BlockingConnection(pika.URLParameters(url))
            try:
                channel = connection.channel()
                channel.confirm_delivery()
                action(channel)
            finally:
                if connection.is_open:
                    connection.close()

        return with_channel

    attempts: dict[str, Callable[[Any], object]] = {
        "own user": lambda channel: channel.basic_qos(prefetch_count=1),
        "past the exchange": lambda channel: channel.basic_publish("", "documents", b"{}"),
        "a queue more": lambda channel: channel.queue_declare(f"{service}.more", durable=True),
    }
    for other in others:
        attempts[f"queue of {other}"] = partial(_get, other)
    answers = {name: attempt(trying(action)) for name, action in attempts.items()}
    guest = re.sub(r"//[^@]+@", "//guest:guest@", url)
    for vhost in ("portail", "%2F"):
        parameters = pika.URLParameters(re.sub(r"/[^/]+$", f"/{vhost}", guest))
        answers[f"guest at {vhost}"] = attempt(partial(pika.BlockingConnection, parameters))
    return answers


def _get(queue: str, channel: Any) -> object:
    return channel.basic_get(queue)


if __name__ == "__main__":
    me, the_others = sys.argv[1], sys.argv[2:]
    print(json.dumps(in_databases(me, the_others) | on_broker(me, the_others)))
