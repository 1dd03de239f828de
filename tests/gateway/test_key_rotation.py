"""What the gateway sealed, and what it holds of accounts, when keys are turned."""

import dataclasses
from typing import Any

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
from tests.gateway.candidates import CandidateFactory
from tests.gateway.portals import two_services
from tests.support.in_process_portal import InProcessPortal

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
POST = InterruptedPost("pierre", "/compte", (("prenoms", "Léo"),))


own = two_services("module")
"""A portal whose keys are turned by these tests; each logs in by itself."""


def restart_accounts(running: InProcessPortal, **changes: Any) -> None:
    held: AccountsSettings = running.accounts.app.extensions["portail"]
    running.accounts.stop()
    running.accounts.app = create_accounts(dataclasses.replace(held, **changes))
    running.accounts.start()


def test_what_was_sealed_before_a_turn_is_opened_until_the_old_key_is_dropped() -> None:
    before, added, promoted, dropped = (Seal(keys) for keys in ([OLD], [OLD, NEW], [NEW, OLD], [NEW]))
    for sealed in (before.seal_post(POST), added.seal_post(POST), promoted.seal_post(POST)):
        for seal in (added, promoted):
            assert seal.unseal_post(sealed, subject="pierre") == POST
    assert dropped.unseal_post(promoted.seal_post(POST), subject="pierre") == POST
    assert dropped.unseal_post(before.seal_post(POST), subject="pierre") is None


def test_after_a_hard_turn_the_gateway_asks_for_another_token_of_its_own(own: InProcessPortal) -> None:
    email = CandidateFactory(own).create_activated_account()
    browser = CandidateFactory(own).log_in(email)
    restart_accounts(own, signing_key=Secret(ed25519_pem()))
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
