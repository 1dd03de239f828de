"""What operations use besides the database (object store, other services), built once per process
from its settings."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from services.chassis.http.client import Client
from services.chassis.http.service_token import ServiceToken
from services.confined.checks import ConfinedChecks
from services.documents import pdf_checks
from services.documents.clients.registrations import RegistrationsClient
from services.documents.paper_keys import PaperKeys
from services.documents.paper_seal import PaperSeal
from services.documents.rendering.sheet import Letterhead
from services.documents.settings import DocumentsSettings
from services.objects import ObjectStore


@dataclass(frozen=True)
class Dependencies:
    store: ObjectStore
    registrations: RegistrationsClient
    letterhead: Letterhead
    paper_keys: PaperKeys
    paper_seal: PaperSeal
    pdf_checks: ConfinedChecks


def build(settings: DocumentsSettings) -> Dependencies:
    accounts, registrations = (
        Client(url, name, page_seconds=settings.page_seconds, at_once=settings.threads // 2)
        for name, url in (
            ("accounts", settings.accounts_url),
            ("registrations", settings.registrations_url),
        )
    )
    token = ServiceToken(accounts, settings.client_id, settings.client_secret.each[0])
    return Dependencies(
        store=ObjectStore(settings.objects_url),
        registrations=RegistrationsClient(registrations, token),
        letterhead=settings.letterhead(),
        paper_keys=PaperKeys(settings.paper_key, settings.paper_public_keys),
        paper_seal=settings.paper_seal(),
        pdf_checks=ConfinedChecks(pdf_checks.__name__),
    )


def attach(app: Flask, dependencies: Dependencies) -> None:
    """Make the dependencies those of this application; tests replace them by calling it again."""
    app.extensions["documents"] = dependencies


def dependencies() -> Dependencies:
    """Return the dependencies of the running process; needs an application context."""
    return cast(Dependencies, current_app.extensions["documents"])


def prepare_store(app: Flask) -> None:
    """Create the bucket, where that is not done yet. Raises StoreUnavailable."""
    with app.app_context():
        dependencies().store.ensure_bucket()
