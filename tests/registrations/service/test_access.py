"""Who may call what: each route says it, and nobody else gets in."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from services.chassis.web import access
from tests.support import tokens

pytestmark = pytest.mark.engines("sqlite")

PUBLIC = {"/v1/openings/choices", "/v1/messages", "/health/live", "/health/ready", "/metrics", "/openapi.json"}
SERVICES = {
    "/v1/candidates/<candidate_id>/identity-floor": {"accounts"},
    "/v1/candidates/<candidate_id>/engaged": {"accounts"},
    "/v1/candidates/<candidate_id>": {"accounts"},
    "/v1/candidatures/<candidature_id>/versions/<version>": {"documents"},
}
STAFF = {
    "/v1/staff/refusal-reasons": {"staff for pieces"},
    "/v1/staff/openings": {"an administrateur"},
    "/v1/staff/openings/<opening_id>": {"an administrateur"},
    "/v1/staff/openings/<opening_id>/dates": {"an administrateur"},
    "/v1/staff/messages": {"an administrateur"},
    "/v1/staff/messages/<message_id>": {"an administrateur"},
    "/v1/staff/catalogues": {"an administrateur's browser"},
    "/v1/staff/catalogues/comparison": {"an administrateur's browser"},
    "/v1/audit": {"an administrateur"},
    "/v1/audit.csv": {"an administrateur"},
}
"""Other pages of staff are for those who may read and manage candidatures."""
CALLERS = {
    "nobody": {},
    "a forged candidate": tokens.bearer(tokens.forged(tokens.candidate_token("pierre"))),
    "a late candidate": tokens.bearer(tokens.candidate_token("pierre", exp=1)),
    "a token for another audience": tokens.bearer(tokens.candidate_token("pierre", aud="registrations")),
    "a candidate": tokens.bearer(tokens.candidate_token("pierre")),
    "staff": tokens.bearer(tokens.staff_token(scopes=["candidatures:read", "candidatures:manage"])),
    "staff for pieces": tokens.bearer(tokens.staff_token(scopes=["pieces:read"])),
    "an administrateur": tokens.bearer(tokens.staff_token(scopes=["openings:manage", "audit:read"], academies=None)),
    "an administrateur's browser": tokens.bearer(tokens.staff_token(scopes=["catalogue:manage"], academies=None)),
    "gateway": tokens.bearer(tokens.service_token("gateway")),
    "accounts": tokens.bearer(tokens.service_token("accounts")),
    "documents": tokens.bearer(tokens.service_token("documents")),
}


def expected(rule: str, caller: str) -> set[int]:
    others = {"staff"} if rule.startswith("/v1/staff/") else {"a candidate"}
    admitted = caller in {**SERVICES, **STAFF}.get(rule, others)
    if admitted:
        return {200, 204, 404, 409, 422}
    unknown = caller in ("nobody", "a forged candidate", "a late candidate", "a token for another audience")
    return {401} if unknown else {403}


def test_every_route_admits_whom_it_names_and_nobody_else(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.rule in PUBLIC or rule.endpoint == "static":
            continue
        path = re.sub(r"<[^>]*number>", "1", rule.rule)
        path = path.replace("<any(withdrawal, ecart):how>", "ecart")
        path = re.sub(r"<[^>]+>", "0" * 32, path)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for caller, headers in CALLERS.items():
                answer = client.open(path, method=method, json={} if method != "GET" else None, headers=headers)
                assert answer.status_code in expected(rule.rule, caller), (method, path, caller, answer.status_code)
                if answer.status_code >= 400:
                    assert answer.content_type == "application/problem+json"


def test_what_is_public_is_a_short_list(app: Flask) -> None:
    public_routes = {
        rule.rule for rule in app.url_map.iter_rules() if access.PUBLIC in (access.ways_of(app, rule.endpoint) or ())
    }
    assert public_routes == PUBLIC


def test_an_identity_that_is_not_the_candidates_own_is_refused(app: Flask) -> None:
    forged = tokens.forged(tokens.identity_assertion("pierre"))
    refused = {"": 401, "x.y.z": 401, forged: 401, tokens.candidate_token("pierre"): 401}
    headers = tokens.bearer(tokens.candidate_token("pierre"))
    for assertion, status in {**refused, tokens.identity_assertion("anne"): 403}.items():
        body = {"opening_id": "0" * 32, "assertion": assertion}
        assert app.test_client().post("/v1/drafts", json=body, headers=headers).status_code == status, assertion
