"""The four services as the gateway reaches them, put together once per process."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from gateway.clients.accounts import Accounts
from gateway.clients.base import ServiceClient
from gateway.clients.documents import Documents
from gateway.clients.pieces import Pieces
from gateway.clients.registrations import Registrations
from gateway.settings import GatewaySettings
from services.chassis.service_token import ServiceToken


@dataclass(frozen=True)
class Services:
    accounts: Accounts
    registrations: Registrations
    documents: Documents
    pieces: Pieces
    own_token: ServiceToken


def connect(settings: GatewaySettings) -> Services:
    secret = settings.client_secret.each[0]
    own_token = ServiceToken(ServiceClient(settings.accounts_url), settings.client_id, secret)
    return Services(
        accounts=Accounts(ServiceClient(settings.accounts_url), own_token),
        registrations=Registrations(ServiceClient(settings.registrations_url)),
        documents=Documents(ServiceClient(settings.documents_url)),
        pieces=Pieces(ServiceClient(settings.pieces_url)),
        own_token=own_token,
    )


def services() -> Services:
    found: Services = current_app.extensions["services"]
    return found
