"""What operations need besides the database, built once per process from its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from services.chassis.http.client import Client
from services.chassis.http.service_token import ServiceToken
from services.documents.models import db
from services.documents.registrations import Registrations
from services.documents.rendering.sheet import Letterhead
from services.documents.settings import DocumentsSettings
from services.objects import ObjectStore, installation

_KEY = "documents.parts"


@dataclass(frozen=True)
class Parts:
    store: ObjectStore
    registrations: Registrations
    letterhead: Letterhead


def build(settings: DocumentsSettings) -> Parts:
    accounts, registrations = (
        Client(url, name, page_seconds=settings.page_seconds, at_once=settings.threads // 2)
        for name, url in (("accounts", settings.accounts_url), ("registrations", settings.registrations_url))
    )
    token = ServiceToken(accounts, settings.client_id, settings.client_secret.each[0])
    return Parts(
        store=ObjectStore(settings.objects_url),
        registrations=Registrations(registrations, token),
        letterhead=settings.letterhead(),
    )


def attach(app: Flask, parts: Parts) -> None:
    app.extensions[_KEY] = parts


def prepare_store(app: Flask) -> None:
    """Where objects are kept, marked as this database's own; nothing happens when it is. Raises StoreUnavailable."""
    with app.app_context():
        parts().store.ensure_bucket()
        installation.mark(db, parts().store)


def parts() -> Parts:
    """Those of the running process; needs an application context."""
    return cast(Parts, current_app.extensions[_KEY])
