"""A token is verified once; its end and its key count each time that it is presented."""

from __future__ import annotations

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.chassis.errors import Unauthenticated
from services.chassis.web.access_tokens import LEEWAY_SECONDS, UnknownKey, verified
from tests.support.processes import wait_until
from tests.support.tokens import KID, candidate_token, forged


class Published:
    """The keys that accounts publishes; the test run's at first."""

    def __init__(self) -> None:
        self.signing = Ed25519PrivateKey.generate()
        self.keys: dict[str, Ed25519PublicKey] = {KID: self.signing.public_key()}

    def __call__(self, kid: str) -> Ed25519PublicKey:
        if kid not in self.keys:
            raise UnknownKey(kid)
        return self.keys[kid]

    def signed(self, **claims: object) -> str:
        now = int(time.time())
        usual = {"iss": "accounts", "aud": "portail", "iat": now, "exp": now + 60, "sub": "pierre"}
        return jwt.encode({**usual, **claims}, self.signing, algorithm="EdDSA", headers={"kid": KID})


@pytest.fixture
def published() -> Published:
    return Published()


def is_good(token: str, published: Published) -> bool:
    try:
        return verified(token, published)["sub"] == "pierre"
    except Unauthenticated:
        return False


def test_the_signature_of_a_token_is_checked_once(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    token = published.signed()
    assert is_good(token, published)
    monkeypatch.delattr(jwt, "decode")
    for _ in range(3):
        assert is_good(token, published)


def test_a_token_that_was_good_is_refused_once_it_has_ended(published: Published) -> None:
    token = published.signed(exp=int(time.time()) + 2 - LEEWAY_SECONDS)
    assert is_good(token, published)
    wait_until(lambda: not is_good(token, published), 60, "its end")


def test_a_token_that_was_good_is_refused_once_its_key_is_no_longer_published(published: Published) -> None:
    token = published.signed()
    assert is_good(token, published)
    key = published.keys.pop(KID)
    assert not is_good(token, published)
    published.keys[KID] = Ed25519PrivateKey.generate().public_key()
    assert not is_good(token, published)
    published.keys[KID] = key
    assert is_good(token, published)


def test_a_token_that_differs_by_its_signature_alone_is_refused(published: Published) -> None:
    token = published.signed()
    assert is_good(token, published)
    assert not is_good(forged(token), published)
    assert not is_good(token[:-4] + "AAAA", published)
    assert not is_good(candidate_token("pierre"), published)


def test_a_token_that_is_good_for_us_is_not_good_for_another_purpose(published: Published) -> None:
    token = published.signed()
    assert is_good(token, published)
    with pytest.raises(Unauthenticated):
        verified(token, published, audience="registrations")


def test_what_is_known_of_a_token_cannot_be_changed(published: Published) -> None:
    token = published.signed()
    for _ in range(2):
        claims = verified(token, published)
    with pytest.raises(TypeError):
        claims["sub"] = "another"
    assert is_good(token, published)
