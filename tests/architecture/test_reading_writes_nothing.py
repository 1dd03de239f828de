"""A GET never writes: each is answered while the database of its service refuses every change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from services.chassis import clock
from services.chassis.entry import migrate
from tests.architecture import apps
from tests.architecture.ledger import PUBLIC, routes_of
from tests.architecture.test_access import EVERY_SCOPE
from tests.registrations.service.portal import NOW, pierre, with_catalogue
from tests.support import tokens

WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|BEGIN IMMEDIATE)\b", re.IGNORECASE)
CALLERS = {
    "candidate": tokens.candidate_token("pierre"),
    "staff": tokens.staff_token(scopes=EVERY_SCOPE),
    **{f"service({name})": tokens.service_token(name) for name in ("gateway", *apps.SERVICES)},
}


@contextmanager
def watched(engine: Engine) -> Iterator[list[str]]:
    """The statements within the block that would change something."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if WRITING.match(statement):
            found.append(statement.splitlines()[0])

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def _headers(who: str) -> dict[str, str]:
    if who == PUBLIC:
        return {}
    name = who.partition(" or ")[0]
    return tokens.bearer(CALLERS["staff" if name.startswith("staff") else name])


def _answered(app: Flask, rule: str, who: str) -> int:
    path = re.sub(r"<[^>]+>", "0" * 32, re.sub(r"<int:[^>]+>", "1", rule))
    return app.test_client().get(path, headers=_headers(who)).status_code


@pytest.mark.parametrize("service", apps.SERVICES)
def test_reading_changes_nothing(service: str, tmp_path: Path) -> None:
    app = apps.build(service, tmp_path)
    migrate(app)
    with app.app_context():
        engine = apps.database_of(app).engine
    with watched(engine) as written:
        for method, rule, who in sorted(routes_of(service)):
            if method == "GET":
                assert _answered(app, rule, who) in (200, 401, 404, 422, 503), rule
                assert written == [], rule
    engine.dispose()


def test_reading_a_registered_candidates_pages_changes_nothing(tmp_path: Path) -> None:
    app = apps.build("registrations", tmp_path)
    clock.set_offset((NOW - clock.system_now()).total_seconds())
    migrate(app)
    with_catalogue(app)
    candidate = pierre(app)
    candidature = candidate.registered()["candidature_id"]
    draft = candidate.modify(candidature).json["id"]
    with app.app_context():
        engine = apps.database_of(app).engine
    own = [rule for method, rule, who in sorted(routes_of("registrations")) if (method, who) == ("GET", "candidate")]
    with watched(engine) as written:
        for rule in own:
            path = rule.replace("<draft_id>", draft).replace("<candidature_id>", candidature)
            for number in range(1, 10) if "<int:number>" in path else (0,):
                shown = path.replace("<int:number>", str(number)).removeprefix("/v1")
                answer = candidate.call("GET", shown, headers={"X-Identity": candidate.assertion})
                assert answer.status_code in (200, 422), (shown, answer.text)
            assert written == [], rule
    clock.set_offset(0)
    engine.dispose()
