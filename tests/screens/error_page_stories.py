"""What a visitor is shown when a page cannot be: unknown, foreign, too large, out of order, closed."""

from __future__ import annotations

from cryptography.fernet import Fernet

from gateway.app import create_app
from gateway.settings import GatewaySettings
from services.chassis.settings import Secret
from tests.screens.browser_candidate import Person
from tests.screens.story_context import Walk
from tests.support.chromium import french_visitor
from tests.support.in_process_portal import NOBODY, Server
from tests.support.ports import free_port


def unknown(walk: Walk) -> None:
    walk.album.take(walk.person().open("/nulle-part"), "erreur-404", "error")


def foreign(walk: Walk) -> None:
    """A form of another site, sent to ours."""
    person = walk.person()
    person.open("/connexion")
    person.page.goto("about:blank")
    person.page.set_content(
        f'<form method="post" action="{walk.url}/compte/creation">'
        '<input name="prenoms" value="Pierre"><button>Envoyer</button></form>'
    )
    walk.album.take(person.press("Envoyer"), "erreur-403", "error")


def too_large(walk: Walk) -> None:
    """More than any form of ours can hold."""
    person = walk.person()
    person.open("/connexion")
    person.page.locator("[name=identifiant]").evaluate(
        "field => { field.type = 'text'; field.value = 'x'.repeat(2e6) }"
    )
    walk.album.take(person.press("Me connecter"), "erreur-413", "error")


def out_of_order(walk: Walk) -> None:
    """No service answers: reading is put off, what was typed is kept."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = Server(create_app(_alone(url)), port)
    try:
        person = Person(french_visitor(walk.browser), url)
        walk.album.take(person.open("/ouverture-des-services"), "erreur-503", "error")
        walk.album.take(person.open("/"), "accueil-sans-services")
        person.open("/connexion")
        person.page.locator("[name=identifiant]").fill(person.email)
        walk.album.take(person.press("Me connecter"), "erreur-503-saisie", "error")
        person.context.close()
    finally:
        server.stop()


def _alone(url: str) -> GatewaySettings:
    return GatewaySettings(
        env="test",
        log_level="CRITICAL",
        public_url=url,
        accounts_url=NOBODY,
        registrations_url=NOBODY,
        documents_url=NOBODY,
        pieces_url=NOBODY,
        client_secret=Secret("the secret of gateway"),
        seal_key=Secret(Fernet.generate_key().decode()),
    )
