"""What a visitor is shown when a page cannot be: unknown, foreign, too large, out of order, closed."""

from __future__ import annotations

from cryptography.fernet import Fernet

from gateway.app import create_app
from gateway.settings import GatewaySettings
from services.chassis.settings import Secret
from services.contracts import page_labels
from tests.screens.story_context import StoryContext
from tests.support.app_server import AppServer
from tests.support.in_process_portal import UNREACHABLE_URL
from tests.support.ports import free_port


def unknown(context: StoryContext) -> None:
    context.recorder.record(context.new_candidate().open("/nulle-part"), "erreur-404", "error")


def services_away(context: StoryContext) -> None:
    """No service answers: reading is put off, what was typed is kept."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = AppServer(create_app(_settings_without_services(url)), port)
    try:
        candidate = context.new_candidate()
        candidate.url = url
        context.recorder.record(candidate.open("/ouverture-des-services"), "erreur-503", "error")
        context.recorder.record(candidate.open("/"), "accueil-sans-services")
        candidate.open("/connexion")
        candidate.fill(identifiant=candidate.email)
        context.recorder.record(candidate.press(page_labels.LOG_IN), "erreur-503-saisie", "error")
    finally:
        server.stop()


def _settings_without_services(url: str) -> GatewaySettings:
    return GatewaySettings(
        env="test",
        log_level="CRITICAL",
        public_url=url,
        accounts_url=UNREACHABLE_URL,
        registrations_url=UNREACHABLE_URL,
        documents_url=UNREACHABLE_URL,
        pieces_url=UNREACHABLE_URL,
        client_secret=Secret("the secret of gateway"),
        seal_key=Secret(Fernet.generate_key().decode()),
    )
