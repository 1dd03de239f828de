"""The secrets of the composed portal, and how each is made where it is missing. Needs nothing but Python."""

import base64
import secrets
from collections.abc import Callable

from deploy.service_names import CLIENTS, OBJECT_SERVICES, SERVICES

VHOST = "portail"

# RFC 8410: PrivateKeyInfo { version 0, Ed25519, OCTET STRING { OCTET STRING of 32 bytes } }, all but the key.
_ED25519_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")


def password() -> str:
    """48 hexadecimal digits: needs no escaping in a URL and never starts with a dash."""
    return secrets.token_hex(24)


def ed25519_pem() -> str:
    """A private key as `openssl genpkey -algorithm ed25519` writes it."""
    body = base64.b64encode(_ED25519_PKCS8 + secrets.token_bytes(32)).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


def fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def demo_password() -> str:
    """Has every class of character that the guide asks for (17 characters of 20)."""
    return f"Demo.{secrets.token_urlsafe(8)}a"


def database_url(service: str, role: str) -> str:
    return f"postgresql+psycopg://{role}:{password()}@postgres:5432/{service}"


def broker_url(service: str) -> str:
    return f"amqp://{service}:{password()}@rabbitmq:5672/{VHOST}"


def objects_url(service: str) -> str:
    return f"s3+http://{secrets.token_hex(10)}:{secrets.token_hex(20)}@objects:8333/{service}"


def backup_objects_url() -> str:
    """Without a bucket: backups read all of them."""
    return f"s3+http://{secrets.token_hex(10)}:{secrets.token_hex(20)}@objects:8333/"


DEMONSTRATION_CLIENT_SECRET = "the demonstration's secret"  # noqa: S105
"""Of the providers that the demonstration plays; the real ones give another."""


def _makers() -> dict[str, Callable[[], str]]:
    makers: dict[str, Callable[[], str]] = {"postgres-password": password}
    for service in SERVICES:
        makers |= _makers_of(service)
    for client in CLIENTS:
        makers[f"{client}-client-secret"] = lambda: secrets.token_urlsafe(32)
    return makers | {
        "signing-key": ed25519_pem,
        "paper-key": ed25519_pem,
        "audit-key": ed25519_pem,
        "sealing-key": lambda: secrets.token_urlsafe(32),
        "seal-key": fernet_key,
        "metrics-token": password,
        "grafana-password": password,
        "mail-url": lambda: "smtp://mailpit:1025",
        "franceconnect-client-secret": lambda: DEMONSTRATION_CLIENT_SECRET,
        "proconnect-client-secret": lambda: DEMONSTRATION_CLIENT_SECRET,
        "demo-password": demo_password,
        "backup-cipher-pass": password,
        "backup-objects-url": backup_objects_url,
    }


def _makers_of(service: str) -> dict[str, Callable[[], str]]:
    makers: dict[str, Callable[[], str]] = {
        f"{service}-database-url": lambda: database_url(service, service),
        f"{service}-migrations-url": lambda: database_url(service, f"{service}_owner"),
        f"{service}-broker-url": lambda: broker_url(service),
    }
    if service in OBJECT_SERVICES:
        makers[f"{service}-objects-url"] = lambda: objects_url(service)
    return makers


SECRET_MAKERS = _makers()
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
