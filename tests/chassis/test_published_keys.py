"""The keys that accounts publishes, as every other service knows them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, Response, jsonify

from deploy.containers.secret_makers import ed25519_pem
from services.accounts.signing import Signer, load_keys
from services.chassis.web import access_tokens
from services.chassis.web.access_tokens import RemoteKeys, UnknownKey
from tests.support.app_server import AppServer
from tests.support.processes import wait_until

OLD, NEW = (load_keys(ed25519_pem())[0] for _ in range(2))


class Accounts:
    """Publishes the keys of `signer`; counts how often it was asked."""

    def __init__(self) -> None:
        self.signer = Signer([OLD])
        self.asked = 0
        app = Flask("accounts")
        app.add_url_rule("/.well-known/jwks.json", view_func=self._answer)
        self.server = AppServer(app)
        self.url = self.server.url

    def _answer(self) -> Response:
        self.asked += 1
        return jsonify(self.signer.jwks())


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    running = Accounts()
    yield running
    running.server.stop()


@pytest.fixture
def keys(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> RemoteKeys:
    """They may be asked for at any time, where they usually are every few seconds at most."""
    monkeypatch.setattr(access_tokens, "REFETCH_SECONDS", 0)
    return RemoteKeys(accounts.url)


def _knows(keys: RemoteKeys, key: Ed25519PrivateKey) -> bool:
    try:
        return keys(Signer([key]).kid) is not None
    except UnknownKey:
        return False


def test_a_key_that_is_used_for_the_first_time_is_asked_for(accounts: Accounts, keys: RemoteKeys) -> None:
    keys(Signer([OLD]).kid)
    accounts.signer = Signer([NEW, OLD])
    for signing in (NEW, OLD, NEW):
        assert keys(Signer([signing]).kid) is not None
    assert accounts.asked == 2


def test_a_key_that_is_no_longer_published_is_not_believed_for_ever(
    accounts: Accounts, keys: RemoteKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(Signer([OLD]).kid)
    accounts.signer = Signer([NEW])
    assert keys(Signer([OLD]).kid) is not None
    monkeypatch.setattr(access_tokens, "KEYS_MAX_AGE_SECONDS", 0)
    wait_until(lambda: not _knows(keys, OLD), 60, "the key that is no longer published is forgotten")


def test_while_accounts_is_away_the_last_known_keys_hold(
    accounts: Accounts, keys: RemoteKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(Signer([OLD]).kid)
    monkeypatch.setattr(access_tokens, "KEYS_MAX_AGE_SECONDS", 0)
    accounts.server.stop()
    try:
        assert keys(Signer([OLD]).kid) is not None
    finally:
        accounts.server.start()
