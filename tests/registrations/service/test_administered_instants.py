"""Instants that administrators' tools send: those that no calendar of ours has are refused, and stop no page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.support.tokens import bearer, staff_token

pytestmark = pytest.mark.engines("sqlite")

HEADERS = bearer(staff_token("admin", scopes=["openings:manage", "audit:read"], academies=None))
BEYOND = ("9999-12-31T23:30:00+00:00", "0001-01-01T00:00:00+14:00")
"""In Paris the first, in UTC the second is in a year that there is not."""
MESSAGE = {"title": "Fermeture", "text": "Le service ferme.", "severity": "info"}


@pytest.mark.parametrize("instant", BEYOND)
def test_a_message_is_not_shown_until_the_end_of_time(app: Flask, instant: str) -> None:
    client = app.test_client()
    shown = {"shown_from": "2021-10-01T00:00:00+00:00", "shown_until": instant}
    answer = client.post("/v1/staff/messages", json={**MESSAGE, **shown}, headers=HEADERS)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "#/shown_until"
    assert client.get("/v1/messages").status_code == 200


@pytest.mark.parametrize("instant", BEYOND)
def test_dates_of_an_opening_are_of_years_that_there_are(app: Flask, instant: str) -> None:
    client = app.test_client()
    opening: dict[str, Any] = client.get("/v1/staff/openings", headers=HEADERS).get_json()["openings"][0]
    path, revision = f"/v1/staff/openings/{opening['id']}", opening["revision"]
    for name in ("opens", "deposit_closes"):
        body = {name: instant, "revision": revision, "reason": "Panne"}
        assert client.post(f"{path}/dates", json=body, headers=HEADERS).status_code == 422, name
    assert client.get(path, headers=HEADERS).get_json()["revision"] == revision


def test_the_journal_is_searched_in_years_that_there_are(app: Flask) -> None:
    for path, instant in zip(("/v1/audit", "/v1/audit.csv"), BEYOND, strict=True):
        answer = app.test_client().get(path, query_string={"since": instant}, headers=HEADERS)
        assert answer.status_code == 422, path
