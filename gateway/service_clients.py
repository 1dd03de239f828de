"""The clients of the four services, connected once per process: `clients().pieces.call(…)`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from gateway.clients.base import ServiceClient
from gateway.clients.kept_answers import Openings, RefusalReasons
from gateway.settings import GatewaySettings
from services.chassis.http.client import Client
from services.chassis.http.service_token import ServiceToken

SERVICE_LABELS: Mapping[str, str] = {
    "accounts": "Le service des comptes",
    "registrations": "Le service des inscriptions",
    "documents": "Le service des documents",
    "pieces": "Le service des justificatifs",
}


@dataclass(frozen=True)
class ServiceClients:
    """`for_pages`, `for_staff` and `for_tools` are the clients by service. Calls of tools, and those of gestionnaires'
    pages, have separate limits, so that they never use up the connections for candidates' pages. `passwords`: for the
    calls of accounts that have a password hashed, which may queue."""

    accounts: ServiceClient
    staff_accounts: ServiceClient
    passwords: ServiceClient
    registrations: ServiceClient
    openings: Openings
    documents: ServiceClient
    pieces: ServiceClient
    staff_pieces: ServiceClient
    staff_registrations: ServiceClient
    refusal_reasons: RefusalReasons
    staff_documents: ServiceClient
    own_token: ServiceToken
    for_pages: Mapping[str, ServiceClient]
    for_staff: Mapping[str, ServiceClient]
    for_tools: Mapping[str, ServiceClient]


def connect_services(settings: GatewaySettings) -> ServiceClients:
    own_token = _own_token(settings)
    pages = {
        name: _client(settings, name, name, at_once=settings.page_calls_at_once, queue_seconds=1.0)
        for name in SERVICE_LABELS
    }
    tools = {
        name: _client(settings, name, f"{name}_for_tools", at_once=settings.tool_calls_at_once, queue_seconds=0.0)
        for name in SERVICE_LABELS
    }
    staff = {
        name: _client(settings, name, f"{name}_for_staff", at_once=settings.staff_calls_at_once, queue_seconds=1.0)
        for name in SERVICE_LABELS
    }
    passwords = _client(
        settings, "accounts", "accounts_for_passwords", at_once=settings.password_calls_at_once, queue_seconds=1.0
    )
    return ServiceClients(
        accounts=pages["accounts"],
        staff_accounts=staff["accounts"],
        passwords=passwords,
        registrations=pages["registrations"],
        openings=Openings(pages["registrations"]),
        documents=pages["documents"],
        pieces=pages["pieces"],
        staff_pieces=staff["pieces"],
        staff_registrations=staff["registrations"],
        refusal_reasons=RefusalReasons(staff["registrations"]),
        staff_documents=staff["documents"],
        own_token=own_token,
        for_pages=pages,
        for_staff=staff,
        for_tools=tools,
    )


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


def _client(settings: GatewaySettings, service: str, name: str, **limits: Any) -> ServiceClient:
    return ServiceClient(
        settings.url_of(service), name, label=SERVICE_LABELS[service], page_seconds=settings.page_seconds, **limits
    )
