"""The secrets of the composed portal, and how each is made where it is missing. Needs nothing but
Python."""

import base64
import secrets
from collections.abc import Callable
from functools import partial

from deploy.service_names import CLIENTS, OBJECT_SERVICES, SERVICES

VHOST = "portail"

# RFC 8410: PrivateKeyInfo { version 0, Ed25519, OCTET STRING { OCTET STRING of 32 bytes } }, all
# but the key.
_ED25519_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")


def password() -> str:
    """48 hexadecimal digits: needs no escaping in a URL and never starts with a dash."""
    return secrets.token_hex(24)


def ed25519_pem() -> str:
    """A private key as `openssl genpkey -algorithm ed25519` writes it."""
    body = base64.b64encode(_ED25519_PKCS8 + secrets.token_bytes(32)).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


def _database_url(service: str, role: str) -> str:
    return f"postgresql+psycopg://{role}:{password()}@postgres:5432/{service}"


def _broker_url(service: str) -> str:
    return f"amqp://{service}:{password()}@rabbitmq:5672/{VHOST}"


def _objects_url(bucket: str) -> str:
    return f"s3+http://{secrets.token_hex(10)}:{secrets.token_hex(20)}@objects:8333/{bucket}"


DEMONSTRATION_CLIENT_SECRET = "the demonstration's secret"  # noqa: S105
"""Of the providers that the demonstration plays; the real ones give another."""
_random_text = partial(secrets.token_urlsafe, 32)
SECRET_MAKERS: dict[str, Callable[[], str]] = {
    "postgres-password": password,
    **{f"{service}-database-url": partial(_database_url, service, service) for service in SERVICES},
    **{
        f"{service}-migrations-url": partial(_database_url, service, f"{service}_owner")
        for service in SERVICES
    },
    **{f"{service}-broker-url": partial(_broker_url, service) for service in SERVICES},
    **{f"{service}-objects-url": partial(_objects_url, service) for service in OBJECT_SERVICES},
    **{f"{client}-client-secret": _random_text for client in CLIENTS},
    "signing-key": ed25519_pem,
    "paper-key": ed25519_pem,
    "audit-key": ed25519_pem,
    "sealing-key": _random_text,
    "seal-key": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),  # of Fernet
    "metrics-token": password,
    "grafana-password": password,
    "mail-url": lambda: "smtp://mailpit:1025",
    "franceconnect-client-secret": lambda: DEMONSTRATION_CLIENT_SECRET,
    "proconnect-client-secret": lambda: DEMONSTRATION_CLIENT_SECRET,
    # Has every class of character that the guide asks for (17 characters of 20).
    "demo-password": lambda: f"Demo.{secrets.token_urlsafe(8)}a",
    "backup-cipher-pass": password,
    "backup-objects-url": partial(_objects_url, ""),  # without a bucket: backups read all of them
}
"""By name of the secret's file, the function that makes its content."""
ROTATABLE = (
    "signing-key",
    "paper-key",
    "audit-key",
    "sealing-key",
    "seal-key",
    *(f"{client}-client-secret" for client in CLIENTS),
)
"""Secrets of which two may be valid at once."""
