"""The settings that each process reads, by its name."""

from __future__ import annotations

from gateway.settings import GatewaySettings
from services.accounts.settings import AccountsSettings
from services.chassis.settings import Settings
from services.documents.settings import DocumentsSettings
from services.pieces.settings import PiecesSettings
from services.registrations.settings import RegistrationsSettings

SETTINGS: dict[str, type[Settings]] = {
    "gateway": GatewaySettings,
    "accounts": AccountsSettings,
    "registrations": RegistrationsSettings,
    "documents": DocumentsSettings,
    "pieces": PiecesSettings,
}
