"""Every parameter of every route, sent what no database takes, and parameters that no route has: refused, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from deploy.service_names import SERVICES
from services.chassis.process.command_line import migrate
from services.chassis.web.application import MAX_ERRORS_OF_A_KIND
from tests.architecture import apps, ledger
from tests.architecture.described_answers import CALLERS
from tests.support import tokens

if TYPE_CHECKING:
    from tests.support.postgres import Postgres

HOSTILE = ("%00", "a%00b", "%ED%A0%80", "%FF")


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(service: str, tmp_path: Path, postgres: Postgres) -> Iterator[Flask]:
    built = apps.build(service, tmp_path, postgres.fresh_database())
    migrate(built)
    yield built
    with built.app_context():
        apps.database_of(built).engine.dispose()


def reads(service: str, app: Flask) -> list[tuple[str, str, list[str]]]:
    """Each GET that takes parameters: its address, who calls it, and their names."""
    callers = {rule: who for method, rule, who in ledger.routes_of(service) if method == "GET"}
    paths = app.test_client().get("/openapi.json").get_json()["paths"]
    taken = []
    for rule, who in callers.items():
        described: dict[str, Any] = paths.get(re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule), {}).get("get", {})
        if names := [taken["name"] for taken in described.get("parameters", ()) if taken["in"] == "query"]:
            taken.append((re.sub(r"<[^>]+>", "1", rule), who, names))
    assert taken
    return taken


def headers_of(who: str) -> dict[str, str]:
    caller = next((name for name in CALLERS if who.startswith(name)), None)
    return tokens.bearer(CALLERS[caller]) if caller else {}


def test_text_that_no_database_takes_is_refused_in_every_parameter(service: str, app: Flask) -> None:
    client = app.test_client()
    for path, who, names in reads(service, app):
        for name in names:
            for text in HOSTILE:
                answer = client.get(f"{path}?{name}={text}", headers=headers_of(who), buffered=True)
                assert answer.status_code < 500, (path, name, answer.text)
                if "%00" in text:  # of half characters none gets here: they are read as « � »
                    pointers = [error["pointer"] for error in answer.get_json()["errors"]]
                    assert pointers == [f"#/{name}"], (path, name, answer.text)


def test_a_parameter_that_a_route_does_not_have_is_refused_by_its_name(service: str, app: Flask) -> None:
    for path, who, names in reads(service, app):
        answer = app.test_client().get(f"{path}?{names[0]}x=1", headers=headers_of(who))
        assert answer.status_code == 422, (path, answer.text)
        refused = [error["pointer"] for error in answer.get_json()["errors"] if error["detail"] == "Champ inconnu."]
        assert refused == [f"#/{names[0]}x"], (path, answer.text)


def test_of_a_body_full_of_impossible_text_some_are_named(service: str, app: Flask) -> None:
    plain = [(rule, who) for method, rule, who in ledger.routes_of(service) if method == "POST" and "<" not in rule]
    path, who = plain[0]
    answer = app.test_client().post(path, json=["\0"] * 100_000, headers=headers_of(who))
    assert answer.status_code == 422
    assert len(answer.get_json()["errors"]) == MAX_ERRORS_OF_A_KIND
