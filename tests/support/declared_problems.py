"""Whatever problem a service answers is one that the description of the operation names. Held in
every test below a conftest.py that imports the fixture."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from flask import Flask, Response, request, request_finished

from services.chassis.web.api_description import describe
from services.chassis.web.problems import CONTENT_TYPE
from services.contracts.api.operation import Operation, Section


@pytest.fixture(autouse=True)
def only_declared_problems() -> Iterator[None]:
    undeclared: list[str] = []

    def look(app: Flask, response: Response, **_: Any) -> None:
        if response.mimetype != CONTENT_TYPE or request.url_rule is None:
            return
        operation = getattr(app.view_functions[request.url_rule.endpoint], "__operation__", None)
        slug = (response.get_json(silent=True) or {}).get("type", "").rpartition("/")[2]
        if operation and f"{slug} : " not in _described(operation).get(
            str(response.status_code), ""
        ):
            undeclared.append(f"{operation.method} {operation.path}: {response.status_code} {slug}")

    with request_finished.connected_to(look):
        yield
    assert not undeclared, undeclared


@cache
def _described(operation: Operation[Any]) -> dict[str, str]:
    """What the description says of each status."""
    [methods] = describe("", [Section("", (operation,))])["paths"].values()
    [described] = methods.values()
    return {status: response["description"] for status, response in described["responses"].items()}
