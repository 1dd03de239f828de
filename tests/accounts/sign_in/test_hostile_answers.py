"""Which answers of a provider are refused, and what the page then says to do."""

import hashlib
import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from joserfc.jwk import ECKey

from services.accounts.models import LoginSession, ProviderIdentity
from services.contracts.api.sign_in import PROVIDER_SECONDS
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import RunningAccounts
from tests.accounts.sign_in.sign_ins import ANGELA, SignIns, claiming, refused, standard
from tests.support.identity_provider import DemonstrationProvider
from tests.support.identity_providers import person


def compact(header: dict[str, Any], claims: dict[str, Any], signature: Callable[[bytes], bytes]) -> str:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signed = b".".join(parts)
    return (signed + b"." + urlsafe_b64encode(signature(signed)).rstrip(b"=")).decode()


def unsigned(provider: DemonstrationProvider) -> None:
    provider.signed = lambda claims: compact({"alg": "none"}, standard(provider, claims), lambda _: b"")  # type: ignore[method-assign]


def by_its_public_key(provider: DemonstrationProvider) -> None:
    """HS256, with what anybody knows as the secret."""
    public, header = provider.key.as_pem(private=False), {"alg": "HS256", "kid": provider.key.kid}

    def signature(text: bytes) -> bytes:
        return hmac.digest(public, text, hashlib.sha256)

    provider.signed = lambda claims: compact(header, standard(provider, claims), signature)  # type: ignore[method-assign]


def by_another_key(provider: DemonstrationProvider) -> None:
    other = DemonstrationProvider(provider.name, provider.issuer, provider.redirect_uri)
    other.key = ECKey.generate_key("P-256", {"kid": str(provider.key.kid)})
    provider.signed = other.signed  # type: ignore[method-assign]


def of_another_person(provider: DemonstrationProvider) -> None:
    userinfo = provider.signed
    provider.userinfo = lambda access_token: userinfo({**person(), "sub": "somebody else"})  # type: ignore[method-assign]


def unsigned_person(provider: DemonstrationProvider) -> None:
    provider.userinfo = lambda access_token: json.dumps(person())  # type: ignore[method-assign]


HOSTILE: dict[str, Callable[[DemonstrationProvider], None]] = {
    "wrong nonce": lambda provider: claiming(provider, nonce="another"),
    "other audience": lambda provider: claiming(provider, aud="another"),
    "other audience, ours as authorized party": lambda provider: claiming(provider, aud="another", azp="portail"),
    "other authorized party": lambda provider: claiming(provider, azp="another"),
    "other issuer": lambda provider: claiming(provider, iss="http://another"),
    "expired": lambda provider: claiming(provider, exp=int(time.time()) - 60),
    "no end": lambda provider: claiming(provider, exp=None),
    "no subject": lambda provider: claiming(provider, sub=None),
    "unsigned": unsigned,
    "signed by the public key": by_its_public_key,
    "signed by another key": by_another_key,
    "another person": of_another_person,
    "unsigned person": unsigned_person,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_verified_identifies_nobody(
    accounts: RunningAccounts, franceconnect: SignIns, hostile: Callable[[DemonstrationProvider], None]
) -> None:
    hostile(franceconnect.provider)
    detail = refused(franceconnect.come_back(person()))
    assert detail.startswith("La réponse de FranceConnect n'a pas pu être vérifiée")
    assert "votre mot de passe" in detail
    assert not accounts.stored(LoginSession, ProviderIdentity)


def test_another_issuers_configuration_is_refused(
    accounts: RunningAccounts, franceconnect: SignIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = {**franceconnect.provider.configuration(), "issuer": "http://another"}
    monkeypatch.setattr(franceconnect.provider, "configuration", lambda: configuration)
    refused(accounts.post("/sign-ins", provider="franceconnect"))


def test_a_code_serves_once(franceconnect: SignIns, monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[str] = []
    tokens = franceconnect.provider.tokens

    def noted(form: Mapping[str, str]) -> dict[str, Any]:
        codes.append(form["code"])
        return tokens(form)

    monkeypatch.setattr(franceconnect.provider, "tokens", noted)
    assert franceconnect.come_back(person()).status_code == 200
    refused(franceconnect.come_back(person(), code=codes[0]))


def test_what_another_browser_began_or_who_gave_up_or_another_provider_is_refused(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    other = accounts.post("/sign-ins", provider="franceconnect").json or {}
    pro = accounts.post("/sign-ins", provider="proconnect").json or {}
    hostile: list[dict[str, Any]] = [{"attempt": attempt} for attempt in (other["attempt"], pro["attempt"], "")]
    for brought in (*hostile, {"state": ""}, {"state": "é"}):
        detail = refused(franceconnect.come_back(person(), **brought))
        assert "dans un autre navigateur" in detail
    assert "n'a pas abouti" in refused(franceconnect.come_back(person(), code=""))
    refused(franceconnect.come_back(person(), issuer="http://another"))


def test_a_new_key_of_the_provider_is_taken(franceconnect: SignIns) -> None:
    assert franceconnect.come_back(person()).status_code == 200
    franceconnect.provider.key = ECKey.generate_key("P-256", {"kid": "new", "use": "sig", "alg": "ES256"})
    assert franceconnect.come_back(person()).status_code == 200


def test_an_identity_is_joined_by_this_portal_in_time(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    email = accounts.activate_new_account(**ANGELA)
    franceconnect.identity_of(person())
    assert "trop longtemps" in refused(accounts.try_log_in(email, PASSWORD, identity="forged"))


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
