"""The clients of the four services, connected once per process: `clients().pieces.call(…)`."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app

from gateway.clients.base import ServiceClient
from gateway.clients.kept_answers import Openings
from gateway.settings import GatewaySettings
from services.chassis.http.client import Client
from services.chassis.http.service_token import ServiceToken
from services.chassis.http.sessions import Sessions

SERVICE_LABELS: Mapping[str, str] = {
    "accounts": "Le service des comptes",
    "registrations": "Le service des inscriptions",
    "documents": "Le service des documents",
    "pieces": "Le service des justificatifs",
}


class ServiceClients:
    """`for_pages`, `for_staff` and `for_tools` are the clients by service. Calls of tools, and those of gestionnaires'
    pages, have separate limits, so that they never use up the connections for candidates' pages. `passwords`: for the
    calls of accounts that have a password hashed, which may queue. All clients of a service share its sessions."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._page_seconds = settings.page_seconds
        self._sessions = {service: Sessions(settings.url_of(service)) for service in SERVICE_LABELS}
        self.own_token = self._own_token(settings)
        self.for_pages = self._by_service("", settings.page_calls_at_once)
        self.for_staff = self._by_service("_for_staff", settings.staff_calls_at_once)
        self.for_tools = self._by_service("_for_tools", settings.tool_calls_at_once, queue_seconds=0.0)
        self.passwords = self._client("accounts", "_for_passwords", settings.password_calls_at_once)
        self.accounts, self.registrations = self.for_pages["accounts"], self.for_pages["registrations"]
        self.documents, self.pieces = self.for_pages["documents"], self.for_pages["pieces"]
        self.staff_accounts, self.staff_registrations = self.for_staff["accounts"], self.for_staff["registrations"]
        self.staff_documents, self.staff_pieces = self.for_staff["documents"], self.for_staff["pieces"]
        self.openings = Openings(self.registrations)

    def _by_service(self, purpose: str, at_once: int, **limits: float) -> Mapping[str, ServiceClient]:
        return {service: self._client(service, purpose, at_once, **limits) for service in SERVICE_LABELS}

    def _client(self, service: str, purpose: str, at_once: int, **limits: float) -> ServiceClient:
        return ServiceClient(
            self._sessions[service],
            service + purpose,
            label=SERVICE_LABELS[service],
            page_seconds=self._page_seconds,
            at_once=at_once,
            **limits,
        )

    def _own_token(self, settings: GatewaySettings) -> ServiceToken:
        """With a separate client: calls that wait for this token already hold places of the other clients."""
        client = Client(
            self._sessions["accounts"],
            "accounts_for_tokens",
            label=SERVICE_LABELS["accounts"],
            page_seconds=self._page_seconds,
        )
        return ServiceToken(client, settings.client_id, settings.client_secret.each[0])


def clients() -> ServiceClients:
    connected: ServiceClients = current_app.extensions["service_clients"]
    return connected
