"""Every application of the portal as its process would build it, over a SQLite file, talking to nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask

from gateway.app import create_app as create_gateway
from gateway.settings import GatewaySettings
from services.accounts.app import create_app as create_accounts
from services.chassis.settings import Secret
from services.documents.app import create_app as create_documents
from services.documents.settings import DocumentsSettings
from services.pieces.app import create_app as create_pieces
from services.pieces.settings import PiecesSettings
from services.registrations.app import create_app as create_registrations
from services.registrations.settings import RegistrationsSettings
from tests.accounts import running_accounts
from tests.support import tokens
from tests.support.service_worker import database_of as database_of

NOBODY = "http://127.0.0.1:9"
STORE = Secret("s3+http://accesskey:secretkey@127.0.0.1:9/bucket")


def build(name: str, folder: Path, database_url: str | None = None) -> Flask:
    """The application `name`, "gateway" or a service; services accept the tokens of tests/support."""
    if name == "gateway":
        return create_gateway(_gateway_settings(folder))
    app = _BUILDERS[name](folder, database_url or f"sqlite:///{folder / name}.db")
    app.extensions["portail.keys"] = tokens.key_of
    return app


def _gateway_settings(folder: Path) -> GatewaySettings:
    return GatewaySettings(
        env="test",
        log_level="CRITICAL",
        accounts_url=NOBODY,
        registrations_url=NOBODY,
        documents_url=NOBODY,
        pieces_url=NOBODY,
        client_secret=Secret("the secret of gateway"),
        seal_key=Secret(Fernet.generate_key().decode()),
        mail_folder=str(folder / "mail"),
    )


def _shared(name: str, folder: Path, database_url: str) -> dict[str, Any]:
    return {
        "env": "test",
        "log_level": "CRITICAL",
        "database_url": database_url,
        "broker_url": f"sqlite:///{folder / 'broker.db'}",
        "accounts_url": NOBODY,
        "client_id": name,
        "client_secret": Secret(f"the secret of {name}"),
    }


def _accounts(folder: Path, database_url: str) -> Flask:
    mail_url = f"file://{folder / 'mail'}"
    return create_accounts(running_accounts.settings(database_url, folder, registrations_url=NOBODY, mail_url=mail_url))


def _registrations(folder: Path, database_url: str) -> Flask:
    shared = _shared("registrations", folder, database_url)
    return create_registrations(RegistrationsSettings(**shared, mail_url=f"file://{folder / 'mail'}"))


def _documents(folder: Path, database_url: str) -> Flask:
    shared = _shared("documents", folder, database_url)
    return create_documents(DocumentsSettings(**shared, objects_url=STORE, registrations_url=NOBODY))


def _pieces(folder: Path, database_url: str) -> Flask:
    shared = _shared("pieces", folder, database_url)
    return create_pieces(PiecesSettings(**shared, objects_url=STORE, antivirus_url="none"))


_BUILDERS: dict[str, Callable[[Path, str], Flask]] = {
    "accounts": _accounts,
    "registrations": _registrations,
    "documents": _documents,
    "pieces": _pieces,
}
