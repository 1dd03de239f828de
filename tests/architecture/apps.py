"""Every application of the portal as its process would build it, over a SQLite file, talking to nobody."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from gateway.app import create_app as create_gateway
from services.accounts.app import create_app as create_accounts
from services.documents.app import create_app as create_documents
from services.pieces.app import create_app as create_pieces
from services.registrations.app import create_app as create_registrations
from tests.support import tokens
from tests.support.process_settings import gateway_settings, service_settings
from tests.support.service_worker import database_of as database_of

_CREATE: dict[str, Callable[..., Flask]] = {
    "accounts": create_accounts,
    "registrations": create_registrations,
    "documents": create_documents,
    "pieces": create_pieces,
}


def build(name: str, folder: Path, database_url: str | None = None) -> Flask:
    """The application `name`, "gateway" or a service; services accept the tokens of tests/support."""
    if name == "gateway":
        return create_gateway(gateway_settings(folder))
    app = _CREATE[name](service_settings(name, database_url or f"sqlite:///{folder / name}.db", folder))
    app.extensions["portail.tokens"].key_of = tokens.key_of
    return app
