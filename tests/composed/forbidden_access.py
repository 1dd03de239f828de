"""Attempts accesses that a service must not have (other databases, queues, rights) and prints the servers' answers.

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

EXCHANGE = "portail.events"
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
        "table": "CREATE TABLE more (id int)",
        "temporary table": "CREATE TEMPORARY TABLE more (id int)",
        "schema": "CREATE SCHEMA more",
        "drop": "DROP TABLE alembic_version",
        "alter": "ALTER TABLE alembic_version ADD COLUMN more int",
        "revision": "UPDATE alembic_version SET version_num = 'none'",
        "role": f"SET ROLE {service}_owner",
        "program": "COPY (SELECT 1) TO PROGRAM 'id'",
        "file": "SELECT pg_read_file('/run/secrets/postgres-password')",
        "passwords": "SELECT rolpassword FROM pg_authid",
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
        "default exchange": lambda channel: channel.basic_publish("", "documents", b"{}"),
        "type of nobody": lambda channel: channel.basic_publish(EXCHANGE, "nobody.said.v1", b"{}"),
        "make a queue": lambda channel: channel.queue_declare(f"{service}.more", durable=True),
        "make an exchange": lambda channel: channel.exchange_declare(f"{service}.more"),
        "bind": lambda channel: channel.queue_bind(f"{service}.parking", EXCHANGE, "#"),
        "delete the exchange": lambda channel: channel.exchange_delete(EXCHANGE),
    }
    for other in others:
        attempts |= _attempts_on(other)
    answers = {name: attempt(trying(action)) for name, action in attempts.items()}
    guest = re.sub(r"//[^@]+@", "//guest:guest@", url)
    for vhost in ("portail", "%2F"):
        parameters = pika.URLParameters(re.sub(r"/[^/]+$", f"/{vhost}", guest))
        answers[f"guest at {vhost}"] = attempt(partial(pika.BlockingConnection, parameters))
    return answers


def _attempts_on(other: str) -> dict[str, Callable[[Any], object]]:
    def get(queue: str) -> Callable[[Any], object]:
        return lambda channel: channel.basic_get(queue)

    return {
        f"get from {other}": get(other),
        f"get from {other}.parking": get(f"{other}.parking"),
        f"get from {other}.retry.0": get(f"{other}.retry.0"),
        f"consume {other}": lambda channel: channel.basic_consume(other, lambda *_: None),
        f"empty {other}": lambda channel: channel.queue_purge(other),
        f"delete {other}": lambda channel: channel.queue_delete(other),
        f"retry of {other}": lambda channel: channel.basic_publish(f"{other}.retry", "0", b"{}"),
    }


if __name__ == "__main__":
    me, the_others = sys.argv[1], sys.argv[2:]
    print(json.dumps(in_databases(me, the_others) | on_broker(me, the_others)))
