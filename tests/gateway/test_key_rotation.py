"""What the gateway sealed, and what it holds of accounts, when keys are turned."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet

from deploy.containers.made import ed25519_pem
from gateway.seal import Interrupted, Seal
from services.accounts.app import create_app as create_accounts
from services.accounts.settings import AccountsSettings
from services.chassis.settings import Secret
from tests.accounts.people import PASSWORD
from tests.gateway.people import Visitors
from tests.support.portal import Portal, portal

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
POST = Interrupted("pierre", "/compte", (("prenoms", "Léo"),))


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal whose keys are turned by the test."""
    with portal(tmp_path_factory.mktemp("turned")) as started:
        yield started


def turn_signing_key(running: Portal, *, keeping_the_old: bool) -> None:
    """accounts starts again with a new key first; without the old one it is a hard turn."""
    held: AccountsSettings = running.accounts.app.extensions["portail"]
    keys = ed25519_pem() + (held.signing_key if keeping_the_old else "")
    running.accounts.stop()
    running.accounts.app = create_accounts(dataclasses.replace(held, signing_key=Secret(keys)))
    running.accounts.start()


def test_what_was_sealed_before_a_turn_is_opened_until_the_old_key_is_dropped() -> None:
    before, added, promoted, dropped = (Seal(keys) for keys in ([OLD], [OLD, NEW], [NEW, OLD], [NEW]))
    for sealed in (before.close(POST), added.close(POST), promoted.close(POST)):
        for seal in (added, promoted):
            assert seal.open(sealed, subject="pierre") == POST
    assert dropped.open(promoted.close(POST), subject="pierre") == POST
    assert dropped.open(before.close(POST), subject="pierre") is None


def test_the_gateway_reads_its_keys_one_a_line(own: Portal) -> None:
    held = own.gateway.app.extensions["portail"]
    settings = dataclasses.replace(held, seal_key=Secret(f"{NEW}\n{OLD}"))
    assert Seal(settings.seal_key.each).open(Seal([OLD]).close(POST), subject="pierre") == POST


def test_nobody_notices_that_the_signing_key_was_turned(own: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither who is logged in, whose access token was signed before, nor the gateway's own calls."""
    browser = Visitors(own).logged_in()
    browser.get("/inscriptions")
    turn_signing_key(own, keeping_the_old=True)
    for _ in range(2):
        for path in ("/inscriptions", "/compte"):
            browser.get(path)
            assert (browser.answer.status_code, browser.path) == (200, path)
        monkeypatch.setattr(own.registrations.app.extensions["portail.keys"]._fetch, "_pause", 0.0)  # as 5 s would
        own.gateway.app.extensions["visitors"]._known.clear()  # as four would


def test_after_a_hard_turn_the_gateway_asks_for_another_token_of_its_own(own: Portal) -> None:
    email = Visitors(own).activated()
    browser = Visitors(own).logged_in(email)
    turn_signing_key(own, keeping_the_old=False)
    browser.get("/compte")
    assert browser.answer.status_code == 503  # his token of before; he is not taken for logged out
    assert "momentanément indisponible" in browser.text
    browser.get("/compte")
    assert (browser.answer.status_code, browser.path) == (200, "/compte")
    another = Visitors(own).browser()
    another.post("/connexion", {"identifiant": email, "password": PASSWORD})
    assert (another.answer.status_code, another.path) == (200, "/")
