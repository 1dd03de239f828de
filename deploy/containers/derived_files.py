"""Files that the servers read (RabbitMQ, SeaweedFS, pgBackRest, PgBouncer), derived from the
secrets that services read: both always have the same passwords."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from deploy.secret_rotation import secrets_in
from deploy.service_names import BACKED_UP_BUCKETS, CLIENTS, OBJECT_SERVICES, SERVICES
from services.contracts import EVENTS

# As in services.chassis.events.topology, which needs packages; a test holds them equal.
EXCHANGE = "portail.events"
POOLER = "pooler:6432"


@dataclass(frozen=True)
class Account:
    """What a URL among the secrets says of who uses a server; `path`: its database, virtual host or
    bucket."""

    url: SplitResult
    user: str
    password: str
    path: str


def derived_files(secrets: Mapping[str, str]) -> dict[str, str]:
    """Content of each derived file by its name, from the secrets by theirs. Raises ValueError for a
    malformed URL."""
    clients = {client: secrets_in(secrets[f"{client}-client-secret"]) for client in CLIENTS}
    brokers = {service: _account(secrets, f"{service}-broker-url") for service in SERVICES}
    databases = {service: _account(secrets, f"{service}-database-url") for service in SERVICES}
    buckets = {service: _account(secrets, f"{service}-objects-url") for service in OBJECT_SERVICES}
    backup = _account(secrets, "backup-objects-url", with_path=False)
    cipher = (
        "[global]\n"
        "repo1-cipher-type=aes-256-cbc\n"
        f"repo1-cipher-pass={secrets['backup-cipher-pass']}\n"
    )
    return {
        # What accounts accepts from a client: both secrets while they are rotated.
        "client-secrets": _json(
            {client: each if len(each) > 1 else each[0] for client, each in clients.items()}
        ),
        "rabbitmq-users.json": _json(_broker_users(brokers)),
        "objects-identities.json": _json(_objects_identities(buckets, backup)),
        "pgbackrest-cipher.conf": cipher,
        # PgBouncer's auth_file: each service's role with its password, which PgBouncer also uses at
        # PostgreSQL.
        "pooler-users": "".join(
            f"{_quoted(role.user)} {_quoted(role.password)}\n" for role in databases.values()
        ),
        **{f"{service}-pooled-url": _pooled(role.url) for service, role in databases.items()},
    }


def _broker_users(accounts: Mapping[str, Account]) -> dict[str, Any]:
    """RabbitMQ definitions: a user per service with no more rights than its own queues and its own
    event types."""
    names = {
        service: {"user": account.user, "vhost": account.path}
        for service, account in accounts.items()
    }
    return {
        "vhosts": [
            {"name": vhost} for vhost in sorted({account.path for account in accounts.values()})
        ],
        "users": [
            {
                "name": account.user,
                "password_hash": password_hash(account.password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": [],
                "limits": {},
            }
            for account in accounts.values()
        ],
        "permissions": [{**name, **_rights(service)} for service, name in names.items()],
        "topic_permissions": [
            {**name, "exchange": EXCHANGE, "write": _any_of(types_of(service)), "read": "^$"}
            for service, name in names.items()
        ],
    }


def types_of(service: str) -> list[str]:
    """Event types that a service publishes: its contracts are in the module of its name."""
    return sorted(event.TYPE for event in EVENTS if event.__module__.rpartition(".")[2] == service)


def password_hash(password: str) -> str:
    """RabbitMQ's rabbit_password_hashing_sha256. The salt comes from the password: the same one
    gives the same file."""
    salt = hashlib.sha256(b"salt of " + password.encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _objects_identities(buckets: Mapping[str, Account], backup: Account) -> dict[str, Any]:
    """SeaweedFS's -s3.config: each service has all rights in the bucket of its URL, backups read
    theirs."""
    read = [
        f"{right}:{buckets[service].path}"
        for service in BACKED_UP_BUCKETS
        for right in ("Read", "List")
    ]
    owned = [(service, account, [f"Admin:{account.path}"]) for service, account in buckets.items()]
    return {
        "identities": [
            {
                "name": name,
                "credentials": [{"accessKey": account.user, "secretKey": account.password}],
                "actions": actions,
            }
            for name, account, actions in (*owned, ("backup", backup, read))
        ]
    }


def _pooled(url: SplitResult) -> str:
    """The URL of the same database through the pooler."""
    return url._replace(netloc=f"{url.netloc.rpartition('@')[0]}@{POOLER}").geturl()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _rights(service: str) -> dict[str, str]:
    """Writes to one exchange, never to the default one, which reaches every queue."""
    exchanges = [EXCHANGE] if types_of(service) else []
    return {
        "configure": "^$",
        "write": _any_of(exchanges),
        "read": rf"^{re.escape(service)}(\..+)?$",
    }


def _any_of(names: list[str]) -> str:
    return f"^({'|'.join(map(re.escape, names))})$" if names else "^$"


def _account(secrets: Mapping[str, str], name: str, *, with_path: bool = True) -> Account:
    """Raises ValueError, naming the file and not its content."""
    try:
        url = urlsplit(secrets[name])
    except ValueError:
        raise ValueError(f"{name}: not a URL") from None
    account = Account(
        url, unquote(url.username or ""), unquote(url.password or ""), unquote(url.path.strip("/"))
    )
    if not account.user or not account.password or (with_path and not account.path):
        raise ValueError(f"{name}: a URL with user, password and path is expected")
    return account


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"
