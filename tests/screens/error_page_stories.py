"""What a visitor is shown when a page cannot be: unknown, foreign, too large, out of order, closed."""

from pathlib import Path

from gateway.app import create_app
from services.contracts import page_labels
from tests.screens.story_context import StoryContext
from tests.support.app_server import AppServer
from tests.support.ports import free_port
from tests.support.process_settings import gateway_settings


def unknown(context: StoryContext) -> None:
    context.recorder.record(context.new_candidate().open("/nulle-part"), "erreur-404", "error")


def services_away(context: StoryContext) -> None:
    """No service answers: reading is put off, a log-in waits in its page and is sent again."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = AppServer(create_app(gateway_settings(Path(), public_url=url)), port)
    try:
        candidate = context.new_candidate()
        candidate.url = url
        context.recorder.record(candidate.open("/ouverture-des-services"), "erreur-503", "error")
        context.recorder.record(candidate.open("/"), "accueil-sans-services")
        candidate.open("/connexion")
        candidate.fill(identifiant=candidate.email)
        candidate.page.get_by_role("main").get_by_role("button", name=page_labels.LOG_IN, exact=True).click()
        candidate.page.get_by_text("Le portail est très demandé en ce moment").wait_for()
        context.recorder.record(candidate.page, "connexion-renvoyee")
    finally:
        server.stop()
