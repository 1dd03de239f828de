"""The ledger holds both ways: what it lists exists with that access, what exists is listed, and it
is enforced."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from gateway.cookies import SESSION_COOKIE
from services.accounts.domain.staff import Role, session_scopes
from services.contracts.api.operation import Access, Operation, staff
from tests.architecture import apps
from tests.architecture.callers import CALLERS, EVERY_SCOPE, GUARDED
from tests.architecture.ledger import APPS, CANDIDATE, PUBLIC, address_of, routes_of
from tests.support import tokens

UNKNOWN: dict[str, dict[str, str]] = {
    "nobody": {},
    "a password": {"Authorization": "Basic eDp4"},
    "a forged token": tokens.bearer(tokens.forged(tokens.candidate_token("pierre"))),
    "an expired token": tokens.bearer(tokens.candidate_token("pierre", exp=1)),
    "a token for another audience": tokens.bearer(
        tokens.candidate_token("pierre", aud="registrations")
    ),
    "an identity taken for a token": tokens.bearer(tokens.identity_assertion("pierre")),
}
# What callers must not be called « service(gateway) » by their name alone: kinds are not
# interchangeable.
KNOWN = {
    **{name: token for name, token in CALLERS.items() if name != "staff"},
    "a candidate named gateway": tokens.candidate_token("gateway"),
    "staff without scope": tokens.staff_token(),
    "a service nobody knows": tokens.service_token("inconnu"),
    **{
        f"staff without {scope}": tokens.staff_token(
            scopes=[other for other in EVERY_SCOPE if other != scope]
        )
        for scope in EVERY_SCOPE
    },
}
OWN_ACCOUNT = (staff("account:manage"),)
WITH_A_CODE = {
    "/v1/staff/incidents",
    "/v1/staff/retention/holds",
    "/v1/staff/retention/releases",
    "/v1/staff/openings/dates",
    "/v1/staff/catalogues",
    "/v1/staff/candidatures/<candidature_id>/<how>",
    "/v1/imports/<import_id>/withdrawal",
    "/v1/published-documents/<document_id>/withdrawal",
}
TRACES_OF_A_LOOK = ("POST", "/v1/pieces/<piece_id>/openings")
"""Leaves them in the audit trail, by who only looks."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Flask]:
    folder = tmp_path_factory.mktemp("apps")
    return {name: apps.build(name, folder) for name in APPS}


def _marked(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        ways: tuple[Access, ...] = getattr(app.view_functions[rule.endpoint], "__access__", ())
        methods = rule.methods or set()
        # A HEAD of its own counts; what Flask adds to each GET does not.
        for method in methods - ({"HEAD", "OPTIONS"} if "GET" in methods else {"OPTIONS"}):
            yield method, rule.rule, " or ".join(map(str, ways)) or "says nothing"


def _called(app: Flask, method: str, rule: str, headers: dict[str, str]) -> TestResponse:
    body: dict[str, str] | None = None if method == "GET" else {}
    return app.test_client(use_cookies=False).open(
        address_of(rule), method=method, headers=headers, json=body
    )


def _refused(operation: Operation[Any], caller: str) -> bool:
    """Whether `caller`, a name of KNOWN, is to be tried at an operation, and refused.

    A member of staff who lacks a scope is told apart from others only where one is asked for.
    """
    if (missing := caller.removeprefix("staff without ")) in EVERY_SCOPE:
        named = [way.names for way in operation.access if way.kind == "staff"]
        return bool(named) and all(missing in scopes for scopes in named)
    ways = [str(way) for way in operation.access]
    return caller not in ways and not (CANDIDATE in ways and caller == "a candidate named gateway")


def test_what_is_listed_is_what_there_is(built: dict[str, Flask]) -> None:
    for name, app in built.items():
        assert set(_marked(app)) == routes_of(name)


def test_a_service_asks_strangers_who_they_are(built: dict[str, Flask]) -> None:
    for service, operation in GUARDED:
        for caller, headers in UNKNOWN.items():
            _is_refused(built[service], operation, headers, caller, 401)


def test_a_service_refuses_whom_a_route_does_not_name(built: dict[str, Flask]) -> None:
    for service, operation in GUARDED:
        for caller in (caller for caller in KNOWN if _refused(operation, caller)):
            _is_refused(built[service], operation, tokens.bearer(KNOWN[caller]), caller)


def test_who_consults_changes_nothing_with_a_session_or_a_token(built: dict[str, Flask]) -> None:
    consulting = tokens.bearer(tokens.staff_token(scopes=session_scopes(Role.CONSULTATION)))
    changes = [
        (service, operation)
        for service, operation in GUARDED
        if operation.method != "GET" and not operation.reads and operation.access != OWN_ACCOUNT
        if (operation.method, operation.path) != TRACES_OF_A_LOOK
    ]
    assert len(changes) > 50
    for service, operation in changes:
        _is_refused(built[service], operation, consulting, "who consults")


def _is_refused(
    app: Flask, operation: Operation[Any], headers: dict[str, str], caller: str, status: int = 403
) -> None:
    answer = _called(app, operation.method, operation.path, headers)
    where = f"{caller}: {app.name} {operation.method} {operation.path}"
    assert answer.status_code == status, (where, answer.status_code)
    assert answer.content_type == "application/problem+json", where
    if answer.request.method != "HEAD":  # answered without a body
        assert (answer.json or {})["status"] == status


def test_in_a_session_what_asks_for_a_code_is_done_with_one_alone(built: dict[str, Flask]) -> None:
    asking = [(service, operation) for service, operation in GUARDED if operation.asks_code]
    assert {(operation.method, operation.path) for _, operation in asking} == {
        ("POST", path) for path in WITH_A_CODE
    }
    for service, operation in asking:
        for gave_code in (False, True, None):
            claims: dict[str, Any] = {} if gave_code is None else {"gave_code": gave_code}
            is_asked = gave_code is False
            caller = tokens.bearer(
                tokens.staff_token(scopes=session_scopes(Role.ADMINISTRATEUR), **claims)
            )
            answer = _called(built[service], operation.method, operation.path, caller)
            assert ("second-facteur" in answer.text) is is_asked, (operation.path, answer.text)
            assert not is_asked or answer.status_code == 403


def test_the_portal_shows_the_log_in_page_to_who_is_not_logged_in(built: dict[str, Flask]) -> None:
    for method, rule, who in sorted(routes_of("gateway")):
        if who == PUBLIC:
            continue
        answer = _called(
            built["gateway"],
            method,
            rule,
            {"Sec-Fetch-Site": "same-origin", "Host": "127.0.0.1:8080"},
        )
        assert answer.status_code in (302, 303, 401), (method, rule, answer.status_code)
        if answer.status_code != 401:
            log_in = "/gestion/connexion" if who.startswith("staff") else "/connexion"
            assert answer.headers["Location"].startswith(log_in), (method, rule)


def test_the_portal_takes_no_form_from_another_site(built: dict[str, Flask]) -> None:
    for method, rule, _ in sorted(routes_of("gateway")):
        if method in ("GET", "HEAD") or rule.startswith("/api/"):
            continue
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://ailleurs.example"},
            {},
        ):
            sent = {
                **headers,
                "Host": "127.0.0.1:8080",
                "Cookie": f"{SESSION_COOKIE}-8080=anything",
            }
            answer = _called(built["gateway"], method, rule, sent)
            assert answer.status_code == 403, (method, rule, headers, answer.status_code)
