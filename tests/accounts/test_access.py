"""Who may call what: each route is refused to those who may not, and keys and tokens are what they say."""

from __future__ import annotations

import jwt
import pytest

from services.accounts.signing import IDENTITY_SECONDS, TOKEN_SECONDS
from services.chassis.web import access
from tests.accounts.running_accounts import PIECES_SECRET, RunningAccounts, problem_slug

OPEN = {"/v1/tokens", "/.well-known/jwks.json", "/openapi.json", "/health/live", "/health/ready", "/metrics"}


def routes(accounts: RunningAccounts) -> list[tuple[str, str]]:
    return [
        (method, rule.rule)
        for rule in accounts.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static" and rule.rule not in OPEN
    ]


def test_every_route_says_who_may_call_it(accounts: RunningAccounts) -> None:
    marks = {rule.rule: access.ways_of(accounts.app, rule.endpoint) for rule in accounts.app.url_map.iter_rules()}
    assert [rule for rule, ways in marks.items() if ways is None and not rule.startswith("/static")] == []
    assert {rule for rule, ways in marks.items() if ways and access.PUBLIC in ways} == OPEN


def test_each_route_is_refused_to_anonymous_strangers_and_forged_tokens(accounts: RunningAccounts) -> None:
    forged = jwt.encode(
        {"sub": "gateway", "kind": "service", "iss": "accounts", "aud": "portail", "iat": 0, "exp": 1 << 40},
        "a key of a stranger, of 32 bytes",
    )
    for method, path in routes(accounts):
        for headers in ({}, {"Authorization": f"Bearer {forged}"}, {"Authorization": "Basic eDp4"}):
            answer = accounts.client.open(path, method=method, headers=headers)
            assert (answer.status_code, problem_slug(answer)) == (401, "non-identifie"), path


def test_each_route_is_refused_to_other_services(accounts: RunningAccounts) -> None:
    token = accounts.service_token("pieces", PIECES_SECRET)
    for method, path in routes(accounts):
        answer = accounts.client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}, json={})
        assert answer.status_code == 403, path


def test_a_candidate_reaches_his_own_routes_only(accounts: RunningAccounts) -> None:
    token = accounts.log_in_new_candidate()["access_token"]
    for method, path in routes(accounts):
        if not path.startswith("/v1/me"):
            answer = accounts.client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}, json={})
            assert answer.status_code == 403, path


def test_the_gateway_itself_is_no_candidate(accounts: RunningAccounts) -> None:
    for method, path in routes(accounts):
        if path.startswith("/v1/me"):
            assert accounts.call(method, path.removeprefix("/v1")).status_code == 403, path


@pytest.mark.parametrize("secret", ["", "wrong", "é"])
def test_a_service_without_its_secret_gets_no_token(accounts: RunningAccounts, secret: str) -> None:
    for name in ("gateway", "inconnu"):
        answer = accounts.client.post("/v1/tokens", json={"client_id": name, "client_secret": secret})
        assert (answer.status_code, problem_slug(answer)) == (401, "service-refuse")


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


@pytest.mark.parametrize("body", [{}, {"values": 3}, {"values": {}, "more": 1}, {"values": {"email": {"a": []}}}])
def test_odd_bodies_are_refused_as_problems(accounts: RunningAccounts, body: dict[str, object]) -> None:
    answer = accounts.post("/accounts", **body)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
