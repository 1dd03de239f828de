"""Files that the servers read (RabbitMQ, SeaweedFS, pgBackRest, PgBouncer), derived from the secrets that services
read: both always have the same passwords."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from deploy.secret_rotation import secrets_in
from deploy.service_names import BACKED_UP_BUCKETS, CLIENTS, OBJECT_SERVICES, SERVICES
from services.contracts import EVENTS

Texts = Mapping[str, str]

# As in services.chassis.events.topology, which needs packages; a test holds them equal.
EXCHANGE = "portail.events"
POOLER = "pooler:6432"


def derived_files(secrets: Texts) -> dict[str, str]:
    """Content of each derived file by its name, from the secrets by theirs. Raises ValueError for a malformed URL."""
    clients = {client: _accepted(secrets[f"{client}-client-secret"]) for client in CLIENTS}
    return {
        "client-secrets": _json(clients),
        "rabbitmq-users.json": _json(broker_users(secrets)),
        "objects-identities.json": _json(objects_identities(secrets)),
        "pgbackrest-cipher.conf": repository_cipher(secrets["backup-cipher-pass"]),
        "pooler-users": pooler_users(secrets),
        **{f"{service}-pooled-url": pooled_url(secrets, service) for service in SERVICES},
    }


def _accepted(client_secret: str) -> str | list[str]:
    """What accounts accepts from a client: both secrets while they are rotated."""
    secrets = secrets_in(client_secret)
    return secrets if len(secrets) > 1 else secrets[0]


def broker_users(secrets: Texts) -> dict[str, Any]:
    """RabbitMQ definitions: a user per service with no more rights than its own queues and its own event types."""
    urls = {service: _url(secrets, f"{service}-broker-url") for service in SERVICES}
    accounts_by_service = {service: {"user": _user(url), "vhost": _path(url)} for service, url in urls.items()}
    return {
        "vhosts": [{"name": vhost} for vhost in sorted({account["vhost"] for account in accounts_by_service.values()})],
        "users": [_broker_user(url) for url in urls.values()],
        "permissions": [{**account, **_rights(service)} for service, account in accounts_by_service.items()],
        "topic_permissions": [
            {**account, "exchange": EXCHANGE, "write": _any_of(types_of(service)), "read": "^$"}
            for service, account in accounts_by_service.items()
        ],
    }


def types_of(service: str) -> list[str]:
    """Event types that a service publishes: its contracts are in the module of its name."""
    return sorted(event.TYPE for event in EVENTS if event.__module__.rpartition(".")[2] == service)


def password_hash(password: str) -> str:
    """RabbitMQ's rabbit_password_hashing_sha256. The salt comes from the password: the same one gives the same file."""
    salt = hashlib.sha256(b"salt of " + password.encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def objects_identities(secrets: Texts) -> dict[str, Any]:
    """SeaweedFS's -s3.config: each service has all rights in the bucket of its URL, backups read theirs."""
    urls = {service: _url(secrets, f"{service}-objects-url") for service in OBJECT_SERVICES}
    identities = [_identity(service, url, [f"Admin:{_path(url)}"]) for service, url in urls.items()]
    read = [f"{right}:{_path(url)}" for url in map(urls.__getitem__, BACKED_UP_BUCKETS) for right in ("Read", "List")]
    backup = _url(secrets, "backup-objects-url", with_path=False)
    return {"identities": [*identities, _identity("backup", backup, read)]}


def repository_cipher(password: str) -> str:
    """pgBackRest's secret settings."""
    return f"[global]\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass={password}\n"


def pooler_users(secrets: Texts) -> str:
    """PgBouncer's auth_file: each service's role with its password, which PgBouncer also uses at PostgreSQL."""
    urls = [_url(secrets, f"{service}-database-url") for service in SERVICES]
    return "".join(f"{_quoted(_user(url))} {_quoted(_password(url))}\n" for url in urls)


def pooled_url(secrets: Texts, service: str) -> str:
    """The URL of the service's database through the pooler."""
    url = _url(secrets, f"{service}-database-url")
    credentials = url.netloc.rpartition("@")[0]
    return url._replace(netloc=f"{credentials}@{POOLER}").geturl()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _identity(name: str, url: SplitResult, actions: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "credentials": [{"accessKey": _user(url), "secretKey": _password(url)}],
        "actions": actions,
    }


def _broker_user(url: SplitResult) -> dict[str, Any]:
    return {
        "name": _user(url),
        "password_hash": password_hash(_password(url)),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [],
        "limits": {},
    }


def _rights(service: str) -> dict[str, str]:
    """Writes to one exchange, never to the default one, which reaches every queue."""
    exchanges = [EXCHANGE] if types_of(service) else []
    return {"configure": "^$", "write": _any_of(exchanges), "read": rf"^{re.escape(service)}(\..+)?$"}


def _any_of(names: list[str]) -> str:
    return f"^({'|'.join(map(re.escape, names))})$" if names else "^$"


def _url(secrets: Texts, name: str, *, with_path: bool = True) -> SplitResult:
    """Raises ValueError, naming the file and not its content."""
    try:
        url = urlsplit(secrets[name])
    except ValueError:
        raise ValueError(f"{name}: not a URL") from None
    if not url.username or not url.password or (with_path and not _path(url)):
        raise ValueError(f"{name}: a URL with user, password and path is expected")
    return url


def _user(url: SplitResult) -> str:
    return unquote(url.username or "")


def _password(url: SplitResult) -> str:
    return unquote(url.password or "")


def _path(url: SplitResult) -> str:
    return unquote(url.path.strip("/"))


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"
