"""The services' descriptions are valid OpenAPI, and what they describe answers as they say, whatever it is sent."""

from __future__ import annotations

import pytest
import schemathesis
from flask import Flask

from tests.architecture import ledger
from tests.architecture.described_answers import NOBODY, SERVICES_KIND, fixed_words, try_every_operation

TRIES = 6  # of each operation; tests/architecture/soak tries longer


def test_the_description_is_valid_and_whole(service: str, app: Flask) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    schema.validate()
    described = {path for path in schema.raw_schema["paths"] if path.startswith("/v1/")}
    routes = {rule for _, rule, _ in ledger.routes_of(service) if rule.startswith("/v1/")}
    assert {fixed_words(path) for path in described} == {fixed_words(rule) for rule in routes}


def test_it_is_the_same_whenever_it_is_asked_for(app: Flask) -> None:
    first, second = (app.test_client().get("/openapi.json").get_json() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("caller", [NOBODY, "candidate", "staff", SERVICES_KIND])
def test_every_answer_is_as_described(service: str, app: Flask, caller: str) -> None:
    try_every_operation(service, app, caller, TRIES)


def test_who_may_call_is_described(service: str, app: Flask) -> None:
    described = app.test_client().get("/openapi.json").get_json()["paths"]
    for method, rule, who in ledger.routes_of(service):
        if rule.startswith("/v1/"):
            [item] = [item for path, item in described.items() if _is_path_of(rule, path)]
            kinds = {kind for way in item[method.lower()]["security"] for kind in way} or {"public"}
            assert kinds == {way.partition("(")[0] for way in who.split(" or ")}, (method, rule)


def _is_path_of(rule: str, path: str) -> bool:
    return fixed_words(path) == fixed_words(rule) and path.count("/") == rule.count("/")
