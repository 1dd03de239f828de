"""The clients of the four services, connected once per process: `clients().pieces.call(…)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app

from gateway.clients.base import ServiceClient
from gateway.clients.kept_answers import KeptReasons, Openings
from gateway.settings import GatewaySettings
from services.chassis.http.client import Client
from services.chassis.http.service_token import ServiceToken

SERVICE_LABELS: Mapping[str, str] = {
    "accounts": "Le service des comptes",
    "registrations": "Le service des inscriptions",
    "documents": "Le service des documents",
    "pieces": "Le service des justificatifs",
}


class ServiceClients:
    """`for_pages`, `for_staff` and `for_tools` are the clients by service. Calls of tools, and those of gestionnaires'
    pages, have separate limits, so that they never use up the connections for candidates' pages. `passwords`: for the
    calls of accounts that have a password hashed, which may queue."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.own_token = _own_token(settings)
        self.for_pages = _by_service(settings, "", at_once=settings.page_calls_at_once, queue_seconds=1.0)
        self.for_staff = _by_service(settings, "_for_staff", at_once=settings.staff_calls_at_once, queue_seconds=1.0)
        self.for_tools = _by_service(settings, "_for_tools", at_once=settings.tool_calls_at_once, queue_seconds=0.0)
        self.passwords = _client(
            settings, "accounts", "_for_passwords", at_once=settings.password_calls_at_once, queue_seconds=1.0
        )
        self.accounts, self.registrations = self.for_pages["accounts"], self.for_pages["registrations"]
        self.documents, self.pieces = self.for_pages["documents"], self.for_pages["pieces"]
        self.staff_accounts, self.staff_registrations = self.for_staff["accounts"], self.for_staff["registrations"]
        self.staff_documents, self.staff_pieces = self.for_staff["documents"], self.for_staff["pieces"]
        self.openings = Openings(self.registrations)
        self.refusal_reasons = KeptReasons(self.staff_registrations)


def clients() -> ServiceClients:
    connected: ServiceClients = current_app.extensions["service_clients"]
    return connected


def _own_token(settings: GatewaySettings) -> ServiceToken:
    """With a separate client: calls that wait for this token already hold places of the other clients."""
    client = Client(
        settings.accounts_url,
        "accounts_for_tokens",
        label=SERVICE_LABELS["accounts"],
        page_seconds=settings.page_seconds,
    )
    return ServiceToken(client, settings.client_id, settings.client_secret.each[0])


def _by_service(settings: GatewaySettings, purpose: str, **limits: Any) -> Mapping[str, ServiceClient]:
    return {service: _client(settings, service, purpose, **limits) for service in SERVICE_LABELS}


def _client(settings: GatewaySettings, service: str, purpose: str, **limits: Any) -> ServiceClient:
    label, address = SERVICE_LABELS[service], settings.url_of(service)
    return ServiceClient(address, service + purpose, label=label, page_seconds=settings.page_seconds, **limits)
