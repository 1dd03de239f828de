"""FranceConnect and ProConnect of the demonstration, behind a real port; a test replaces what one
says."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from deploy.local import identity_provider
from deploy.local.identity_provider import DemonstrationProvider, create_app, providers_at
from services.chassis.settings import Secret
from tests.support.app_server import AppServer

Providers = dict[str, DemonstrationProvider]


@contextmanager
def running_providers() -> Iterator[tuple[AppServer, Providers]]:
    """The server, and both, once `settings_for` has told them of which portal."""
    providers: Providers = {}
    server = AppServer(create_app(providers))
    yield server, providers
    server.stop()


def settings_for(portal: str, server: AppServer, providers: Providers) -> dict[str, Any]:
    """What accounts is told of them, for the portal of that address."""
    providers |= providers_at(server.url, portal)
    settings: dict[str, Any] = {
        f"{provider.name}_issuer": provider.issuer for provider in providers.values()
    }
    client = identity_provider.CLIENT_ID
    secret = Secret(identity_provider.CLIENT_SECRET)
    for name in providers:
        settings |= {f"{name}_client_id": client, f"{name}_client_secret": secret}
    return settings


def person(**claims: Any) -> dict[str, Any]:
    """Somebody whom no account knows."""
    sub = secrets.token_hex(8)
    return {
        **identity_provider.PEOPLE["franceconnect"][0],
        "sub": sub,
        "email": f"{sub}@portail.example",
        **claims,
    }


def consent(
    provider: DemonstrationProvider, address: str, who: dict[str, Any], *methods: str
) -> str:
    """The code with which the provider sends back a browser that came to this address."""
    provider.people = [who]
    return provider.allow(who["sub"], dict(parse_qsl(urlsplit(address).query)), methods)
