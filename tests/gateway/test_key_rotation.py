"""What the gateway sealed, and what it holds of accounts, when keys are turned."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet

from deploy.containers.secret_makers import ed25519_pem
from gateway.seal import InterruptedPost, Seal
from services.accounts.app import create_app as create_accounts
from services.accounts.settings import AccountsSettings, ClientSecrets
from services.chassis.http.service_token import ServiceToken
from services.chassis.settings import Secret
from services.contracts import problem_types
from tests.accounts.creation_form import PASSWORD
from tests.gateway.calls import ask_api
from tests.gateway.candidates import CandidateFactory, drop_cached_exchange
from tests.support.in_process_portal import InProcessPortal, running_portal

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
POST = InterruptedPost("pierre", "/compte", (("prenoms", "Léo"),))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessPortal]:
    """A portal whose keys are turned by these tests; each logs in by itself."""
    with running_portal(tmp_path_factory.mktemp("turned")) as started:
        yield started


def restart_accounts(running: InProcessPortal, **changes: Any) -> None:
    held: AccountsSettings = running.accounts.app.extensions["portail"]
    running.accounts.stop()
    running.accounts.app = create_accounts(dataclasses.replace(held, **changes))
    running.accounts.start()


def turn_signing_key(running: InProcessPortal, *, keeping_the_old: bool) -> None:
    """accounts starts again with a new key first; without the old one it is a hard turn."""
    old = running.accounts.app.extensions["portail"].signing_key if keeping_the_old else ""
    restart_accounts(running, signing_key=Secret(ed25519_pem() + old))


def test_what_was_sealed_before_a_turn_is_opened_until_the_old_key_is_dropped() -> None:
    before, added, promoted, dropped = (Seal(keys) for keys in ([OLD], [OLD, NEW], [NEW, OLD], [NEW]))
    for sealed in (before.seal_post(POST), added.seal_post(POST), promoted.seal_post(POST)):
        for seal in (added, promoted):
            assert seal.unseal_post(sealed, subject="pierre") == POST
    assert dropped.unseal_post(promoted.seal_post(POST), subject="pierre") == POST
    assert dropped.unseal_post(before.seal_post(POST), subject="pierre") is None


def test_nobody_notices_that_the_signing_key_was_turned(own: InProcessPortal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither who is logged in, whose access token was signed before, nor the gateway's own calls."""
    browser = CandidateFactory(own).log_in()
    browser.get("/inscriptions")
    turn_signing_key(own, keeping_the_old=True)
    # As five seconds would: a service asks no sooner for the keys again, and the new one is published long before.
    monkeypatch.setattr(own.registrations.app.extensions["portail.keys"]._fetch, "_pause", 0)
    for _ in range(2):
        for path in ("/inscriptions", "/compte"):
            browser.get(path)
            assert (browser.answer.status_code, browser.path) == (200, path)
        drop_cached_exchange(own, browser)


def test_after_a_hard_turn_the_gateway_asks_for_another_token_of_its_own(own: InProcessPortal) -> None:
    email = CandidateFactory(own).create_activated_account()
    browser = CandidateFactory(own).log_in(email)
    turn_signing_key(own, keeping_the_old=False)
    browser.get("/compte")
    assert browser.answer.status_code == 503  # the token is of before; the candidate is not taken for logged out
    assert problem_types.UNAVAILABLE.title in browser.text
    browser.get("/compte")
    assert (browser.answer.status_code, browser.path) == (200, "/compte")
    browser = CandidateFactory(own).browser()
    browser.post("/connexion", {"identifiant": email, "password": PASSWORD})
    assert (browser.answer.status_code, browser.path) == (200, "/")


def test_that_accounts_refuses_the_gateway_itself_says_nothing_of_who_asks(own: InProcessPortal) -> None:
    """Neither of who logs in nor of a tool: nothing of it is shown to them, or remembered of them."""
    email = CandidateFactory(own).create_activated_account()
    accepted = own.accounts.app.extensions["portail"].client_secrets

    def asked() -> list[int]:
        browser = CandidateFactory(own).browser()
        browser.post("/connexion", {"identifiant": email, "password": PASSWORD})
        assert "secret" not in browser.text
        tool = ask_api(own.gateway.app, "registrations/v1/mine", "a-tools-token")
        return [browser.answer.status_code, tool.status_code]

    restart_accounts(own, client_secrets=ClientSecrets("{}"))
    own_token: ServiceToken = own.gateway.app.extensions["service_clients"].own_token
    own_token.forget(own_token())
    assert asked() == [503, 503]
    restart_accounts(own, client_secrets=accepted)
    assert asked() == [200, 401]
