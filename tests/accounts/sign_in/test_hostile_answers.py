"""Which answers of a provider are refused, and what the page then says to do."""

import hashlib
import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import jwt as pyjwt
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.accounts.models import LoginSession, ProviderIdentity
from services.contracts.api.sign_in import PROVIDER_SECONDS
from tests.accounts.running_accounts import claims_of
from tests.accounts.sign_in.conftest import SignIns, refused
from tests.support.identity_providers import person


def signed_by_the_public_key(claims: dict[str, Any], key: ECKey) -> str:
    """HS256, with what anybody knows as the secret; libraries decline to do it."""
    parts = [
        urlsafe_b64encode(json.dumps(part).encode())
        for part in ({"alg": "HS256", "kid": key.kid}, claims)
    ]
    text = b".".join(part.rstrip(b"=") for part in parts)
    signature = hmac.digest(key.as_pem(private=False), text, hashlib.sha256)
    return (text + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()


def resign(by: SignIns, sign: Callable[[dict[str, Any], ECKey], str]) -> None:
    """The provider's tokens say the same, signed otherwise."""
    signed = by.provider.signed
    by.replace(signed=lambda claims: sign(claims_of(signed(claims)), by.provider.key))


def signed_by_another_key(claims: dict[str, Any], key: ECKey) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, ECKey.generate_key("P-256"))


HOSTILE: dict[str, Callable[[SignIns], None]] = {
    "wrong nonce": lambda by: by.claim(nonce="another"),
    "other audience": lambda by: by.claim(aud="another"),
    "other audience, ours as authorized party": lambda by: by.claim(aud="another", azp="portail"),
    "other authorized party": lambda by: by.claim(azp="another"),
    "other issuer": lambda by: by.claim(iss="http://another"),
    "expired": lambda by: by.claim(exp=int(time.time()) - 60),
    "no end": lambda by: by.claim(exp=None),
    "no subject": lambda by: by.claim(sub=None),
    "unsigned": lambda by: resign(
        by, lambda claims, key: pyjwt.encode(claims, "", algorithm="none")
    ),
    "signed by the public key": lambda by: resign(by, signed_by_the_public_key),
    "signed by another key": lambda by: resign(by, signed_by_another_key),
    "another person": lambda by: by.replace(
        userinfo=lambda _: by.provider.signed({**person(), "sub": "another"})
    ),
    "unsigned person": lambda by: by.replace(userinfo=lambda _: json.dumps(person())),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_verified_identifies_nobody(
    franceconnect: SignIns, hostile: Callable[[SignIns], None]
) -> None:
    hostile(franceconnect)
    detail = refused(franceconnect.come_back(person()))
    assert detail.startswith("La réponse de FranceConnect n'a pas pu être vérifiée")
    assert "votre mot de passe" in detail
    assert not franceconnect.accounts.stored(LoginSession, ProviderIdentity)


def test_another_issuers_configuration_is_refused(franceconnect: SignIns) -> None:
    configuration = {**franceconnect.provider.configuration(), "issuer": "http://another"}
    franceconnect.replace(configuration=lambda: configuration)
    refused(franceconnect.accounts.post("/sign-ins", provider="franceconnect"))


def test_a_code_serves_once(franceconnect: SignIns) -> None:
    codes: list[str] = []
    tokens = franceconnect.provider.tokens

    def noted(form: Mapping[str, str]) -> dict[str, Any]:
        codes.append(form["code"])
        return tokens(form)

    franceconnect.replace(tokens=noted)
    assert franceconnect.come_back(person()).status_code == 200
    refused(franceconnect.come_back(person(), code=codes[0]))


def test_what_another_browser_or_provider_began_or_nobody_finished_is_refused(
    franceconnect: SignIns,
) -> None:
    accounts = franceconnect.accounts
    begun = [
        accounts.post("/sign-ins", provider=name).json["attempt"]
        for name in ("franceconnect", "proconnect")
    ]
    hostile: list[dict[str, Any]] = [{"attempt": attempt} for attempt in (*begun, "")]
    for brought in (*hostile, {"state": ""}, {"state": "é"}):
        assert "dans un autre navigateur" in refused(franceconnect.come_back(person(), **brought))
    assert "n'a pas abouti" in refused(franceconnect.come_back(person(), code=""))
    refused(franceconnect.come_back(person(), issuer="http://another"))


def test_a_new_key_of_the_provider_is_taken(franceconnect: SignIns) -> None:
    assert franceconnect.come_back(person()).status_code == 200
    franceconnect.provider.key = ECKey.generate_key(
        "P-256", {"kid": "new", "use": "sig", "alg": "ES256"}
    )
    assert franceconnect.come_back(person()).status_code == 200


def test_a_provider_that_hangs_is_waited_for_so_long_and_holds_few(
    franceconnect: SignIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.accounts.clients.identity_provider.PROVIDER_SECONDS", 0.3)
    released = threading.Event()

    def silent(_: Mapping[str, str]) -> dict[str, Any]:
        released.wait(PROVIDER_SECONDS)
        return {}

    monkeypatch.setattr(franceconnect.provider, "tokens", silent)
    begun = time.monotonic()
    answer = franceconnect.come_back(person())
    assert (answer.status_code, time.monotonic() - begun < PROVIDER_SECONDS / 2) == (503, True)
    assert "identifiez-vous avec votre mot de passe" in answer.json["detail"]
    released.set()
    monkeypatch.undo()
    assert franceconnect.come_back(person()).status_code == 200
