"""Every example of an API's description is what its schema takes, whole: a tool written after it works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from flask import Flask

FOR_TOOLS = {
    "pieces": {
        "GET /v1/changes",
        "GET /v1/pieces",
        "POST /v1/controls",
        "POST /v1/pieces/{piece_id}/control",
    },
    "registrations": {"GET /v1/staff/candidatures", "POST /v1/staff/candidatures/{candidature_id}/{how}"},
}


def _examples(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """(operation, schema, example) of every body."""
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if not isinstance(operation, dict):
                continue
            bodies = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
            for media in (media for body in bodies for media in body.get("content", {}).values()):
                if "example" in media:
                    yield f"{method.upper()} {path}", media["schema"], media["example"]


def test_examples_are_what_their_schemas_take(service: str, app: Flask) -> None:
    description = app.test_client().get("/openapi.json").get_json()
    found = list(_examples(description))
    assert {operation for operation, _, _ in found} >= FOR_TOOLS.get(service, set())
    for operation, schema, example in found:
        whole = {**schema, "components": description["components"]}
        errors = [error.message for error in jsonschema_rs.validator_for(whole).iter_errors(example)]
        assert errors == [], operation
