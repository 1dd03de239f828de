"""Keys and tokens are what they say; who may call which route is in tests/architecture."""

from __future__ import annotations

from typing import Any

import jwt

from services.accounts.signing import IDENTITY_SECONDS, TOKEN_SECONDS
from tests.accounts.running_accounts import RunningAccounts, problem_slug


def test_a_service_without_its_secret_gets_no_token(accounts: RunningAccounts) -> None:
    for name, secret in (("gateway", ""), ("gateway", "wrong"), ("gateway", "é"), ("inconnu", "wrong")):
        answer = accounts.client.post("/v1/tokens", json={"client_id": name, "client_secret": secret})
        assert (answer.status_code, problem_slug(answer)) == (401, "service-refuse"), (name, secret)


def test_tokens_are_verified_with_the_published_key_and_live_a_short_time(accounts: RunningAccounts) -> None:
    published = accounts.client.get("/.well-known/jwks.json").json
    token = accounts.log_in_new_candidate()["access_token"]
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(key for key in jwt.PyJWKSet.from_dict(published or {}).keys if key.key_id == kid)
    claims = jwt.decode(token, key.key, algorithms=["EdDSA"], audience="portail", issuer="accounts")
    assert claims["exp"] - claims["iat"] <= TOKEN_SECONDS
    assert (claims["kind"], claims["azp"]) == ("candidate", "gateway")
    assert "d" not in (published or {})["keys"][0]


def test_an_identity_is_for_registrations_alone(accounts: RunningAccounts) -> None:
    login = accounts.log_in_new_candidate()
    assertion = accounts.call("GET", "/me/identity", login["access_token"]).json["assertion"]
    claims = jwt.decode(assertion, options={"verify_signature": False})
    assert (claims["aud"], claims["sub"]) == ("registrations", login["subject"])
    assert claims["exp"] - claims["iat"] <= IDENTITY_SECONDS
    assert accounts.call("GET", "/me", assertion).status_code == 401


def test_odd_bodies_are_refused_as_problems(accounts: RunningAccounts) -> None:
    odd: tuple[dict[str, Any], ...] = ({}, {"values": 3}, {"values": {}, "more": 1}, {"values": {"email": {"a": []}}})
    for body in odd:
        answer = accounts.post("/accounts", **body)
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), body
