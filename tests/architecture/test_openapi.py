"""The services' descriptions are valid OpenAPI, and what they describe never fails, whatever it is sent."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask

from deploy.service_names import SERVICES
from tests.architecture import ledger
from tests.architecture.test_access import EVERY_SCOPE
from tests.support import tokens
from tests.support.generated_requests import described_operations, try_requests

TRIES = 4
CALLERS = {
    "candidate": tokens.candidate_token("pierre"),
    "staff": tokens.staff_token(scopes=EVERY_SCOPE, academies=["03"]),
    **{f"service({name})": tokens.service_token(name) for name in ("gateway", *SERVICES)},
}


def test_the_description_is_valid_and_whole(service: str, app: Flask) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    schema.validate()
    described = {path for path in schema.raw_schema["paths"] if path.startswith("/v1/")}
    routes = {rule for _, rule, _ in ledger.routes_of(service) if rule.startswith("/v1/")}
    assert {_fixed(path) for path in described} == {_fixed(rule) for rule in routes}


@pytest.mark.parametrize("caller", ["candidate", "staff", "services"])
def test_no_input_makes_it_fail(service: str, app: Flask, caller: str) -> None:
    admitted = _admitted(service)
    for operation in described_operations(app):
        who = admitted.get((operation.method.upper(), operation.path.count("/"), _fixed(operation.path)), caller)
        if caller == "services" and not who.startswith("service("):
            continue
        if caller != "services" and caller not in who:
            continue
        _try(operation, tokens.bearer(CALLERS[who if caller == "services" else caller]))


def _admitted(service: str) -> dict[tuple[str, int, str], str]:
    """Who may call each route, by method and the fixed words of its path."""
    return {(method, rule.count("/"), _fixed(rule)): who for method, rule, who in ledger.routes_of(service)}


def _fixed(path: str) -> str:
    parts = (part for part in path.split("/") if not part.startswith(("<", "{")))
    return "/".join(parts)


def _try(operation: Any, headers: dict[str, str]) -> None:
    def check(case: Any) -> None:
        response = case.call(headers=headers)
        context = (case.as_curl_command(), response.text)
        assert response.status_code != 500, context
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"], context
            if case.method.upper() != "HEAD":  # answered by its headers alone
                assert response.json()["status"] == response.status_code, context

    try_requests(operation, TRIES, check, derandomize=True)
