"""What authors of tools read of an API is true: valid, whole, not changed unseen, and so are all
answers."""

from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from deploy.tools.published_api import RELEASED, lines_of
from deploy.tools.release import unreleased_changes
from tests.architecture.callers import CALLERS
from tests.architecture.ledger import OPERATIONS, described_path
from tests.support import tokens

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")  # tus
CHECKS = (
    checks.content_type_conformance,
    not_a_server_error,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.status_code_conformance,
)
TRIES = 4  # of each operation


@pytest.fixture(scope="module")
def description(app: Flask) -> dict[str, Any]:
    described: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
    return described


def test_the_description_is_valid_and_has_every_route_with_those_who_may_call_it(
    service: str, app: Flask, description: dict[str, Any]
) -> None:
    schemathesis.openapi.from_wsgi("/openapi.json", app).validate()
    paths = description["paths"]
    assert set(paths) == {described_path(operation.path) for operation in OPERATIONS[service]}
    for operation in OPERATIONS[service]:
        told = paths[described_path(operation.path)][operation.method.lower()]
        kinds = {kind for way in told["security"] for kind in way} or {"public"}
        assert kinds == {way.kind for way in operation.access}, (operation.method, operation.path)
        body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
        assert body.get("example") == operation.example, operation.path
        if operation.example:
            whole = {**body["schema"], "components": description["components"]}
            jsonschema_rs.validator_for(whole).validate(operation.example)


def test_nothing_that_tools_use_goes_without_a_word_in_the_changelog(
    service: str, description: dict[str, Any]
) -> None:
    """Of what the last release published: operations, members, who may call; and nothing more has
    to be sent."""
    noted = RELEASED.read_text(encoding="utf-8").splitlines()
    released = {line for line in noted if line.startswith(f"{service} ")}
    now = set(lines_of(service, description))
    operations = {_operation(line) for line in released}
    asked_for = {
        line for line in now - released if "!: " in line and _operation(line) in operations
    }
    changed = {_operation(line) for line in (released - now) | asked_for}
    assert {operation for operation in changed if operation not in unreleased_changes()} == set()


def _operation(line: str) -> str:
    """« PUT /v1/pieces/{piece_id}/deposit »"""
    return " ".join(line.split(" ")[1:3])


def test_every_answer_is_as_described(service: str, app: Flask) -> None:
    """Some seconds: requests are made up for every operation, sent by everyone whom it admits and
    by a stranger."""
    admitted = {
        (each.method, described_path(each.path)): each.access for each in OPERATIONS[service]
    }
    described = schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations()
    for operation in (result.ok() for result in described if isinstance(result, Ok)):
        ways = admitted.get((operation.method.upper(), operation.path), ())
        names = [str(way) if way.kind == "service" else way.kind for way in ways]
        _try(operation, [{}, *(tokens.bearer(CALLERS[name]) for name in names if name in CALLERS)])


def _try(operation: Any, callers: list[dict[str, str]]) -> None:
    phases = (Phase.explicit, Phase.generate)
    health = list(HealthCheck)

    @settings(
        max_examples=TRIES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=health,
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        for headers in callers:
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)
            if (
                response.status_code >= 400 and case.method.upper() != "HEAD"
            ):  # answered by its headers alone
                assert response.json()["status"] == response.status_code, (
                    case.as_curl_command(),
                    response.text,
                )

    check()
