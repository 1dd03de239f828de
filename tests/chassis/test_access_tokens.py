"""The keys that accounts publishes, as other services know them, and tokens: verified once, their end each time."""

import time
from collections.abc import Iterator

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from deploy.containers.secret_makers import ed25519_pem
from services.accounts.signing import Signer
from services.chassis.errors import Unauthenticated
from services.chassis.signing_keys import load_keys
from services.chassis.web import access_tokens
from services.chassis.web.access_tokens import LEEWAY_SECONDS, VERIFIED_SECONDS, RemoteKeys, UnknownKey, VerifiedTokens
from tests.support.processes import wait_until
from tests.support.silent_server import SilentServer
from tests.support.tokens import KID, candidate_token, forged

OLD, NEW = (load_keys(ed25519_pem())[0] for _ in range(2))


@pytest.fixture
def accounts() -> Iterator[SilentServer]:
    with SilentServer() as server:
        server.answers(Signer([OLD]).jwks())
        yield server


@pytest.fixture
def keys(accounts: SilentServer, monkeypatch: pytest.MonkeyPatch) -> RemoteKeys:
    """They may be asked for at any time, where they usually are every few seconds at most."""
    monkeypatch.setattr(access_tokens, "REFETCH_SECONDS", 0)
    return RemoteKeys(accounts.url)


def _knows(keys: RemoteKeys, key: Ed25519PrivateKey) -> bool:
    try:
        return keys(Signer([key]).kid) is not None
    except UnknownKey:
        return False


def test_a_key_that_is_used_for_the_first_time_is_asked_for(accounts: SilentServer, keys: RemoteKeys) -> None:
    keys(Signer([OLD]).kid)
    accounts.answers(Signer([NEW, OLD]).jwks())
    for signing in (NEW, OLD, NEW):
        assert keys(Signer([signing]).kid) is not None
    assert len(accounts.requests) == 2


def test_a_key_that_is_no_longer_published_is_not_believed_for_ever(
    accounts: SilentServer, keys: RemoteKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(Signer([OLD]).kid)
    accounts.answers(Signer([NEW]).jwks())
    assert keys(Signer([OLD]).kid) is not None
    monkeypatch.setattr(access_tokens, "KEYS_MAX_AGE_SECONDS", 0)
    wait_until(lambda: not _knows(keys, OLD), 60, "the key that is no longer published is forgotten")


class Published:
    """The keys that accounts publishes."""

    def __init__(self) -> None:
        self.keys: dict[str, Ed25519PublicKey] = {KID: OLD.public_key()}

    def __call__(self, kid: str) -> Ed25519PublicKey:
        if kid not in self.keys:
            raise UnknownKey(kid)
        return self.keys[kid]

    def signed(self, **claims: object) -> str:
        now = int(time.time())
        usual = {"iss": "accounts", "aud": "portail", "iat": now, "exp": now + 60, "sub": "pierre"}
        return jwt.encode({**usual, **claims}, OLD, algorithm="EdDSA", headers={"kid": KID})


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
def tokens(published: Published) -> VerifiedTokens:
    return VerifiedTokens(published)


def is_good(token: str, tokens: VerifiedTokens) -> bool:
    try:
        return tokens.claims(token)["sub"] == "pierre"
    except Unauthenticated:
        return False


def test_a_token_that_was_good_is_refused_once_it_has_ended(published: Published, tokens: VerifiedTokens) -> None:
    token = published.signed(exp=int(time.time()) + 2 - LEEWAY_SECONDS)
    assert is_good(token, tokens)
    wait_until(lambda: not is_good(token, tokens), VERIFIED_SECONDS / 2, "its end")


def test_a_token_that_was_good_is_refused_once_its_key_is_no_longer_published(
    published: Published, tokens: VerifiedTokens
) -> None:
    token = published.signed()
    assert is_good(token, tokens)
    key = published.keys.pop(KID)
    assert not is_good(token, tokens)
    published.keys[KID] = NEW.public_key()
    assert not is_good(token, tokens)
    published.keys[KID] = key
    assert is_good(token, tokens)


def test_a_token_that_differs_by_its_signature_alone_or_is_used_for_another_purpose_is_refused(
    published: Published, tokens: VerifiedTokens
) -> None:
    token = published.signed()
    assert is_good(token, tokens)
    assert not is_good(forged(token), tokens)
    assert not is_good(token[:-4] + "AAAA", tokens)
    assert not is_good(candidate_token("pierre"), tokens)
    with pytest.raises(Unauthenticated):
        tokens.claims(token, "registrations")
