"""An export is read from the server as it leaves, and never keeps others from the database."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.registrations.models import db
from services.registrations.queries import staff_list as queries
from tests.registrations.service.candidate_client import CandidateClient
from tests.support import tokens

ALL = "/v1/staff/candidatures.csv"


def export(app: Flask) -> TestResponse:
    headers = tokens.bearer(tokens.staff_token("agent", scopes=("candidatures:read",), academies=None))
    return app.test_client().get(ALL, headers=headers)


def test_an_export_under_way_has_the_next_one_wait_for_its_end(
    app: Flask, candidate: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.process.capacity.QUEUE_SECONDS", 0.1)
    candidate.registered("03")
    first, *others = [export(app) for _ in range(3)]
    assert {other.status_code for other in others} == {503}
    assert all("Retry-After" in other.headers for other in others)
    assert "DUBOIS Pierre" in first.text
    first.close()
    assert "DUBOIS Pierre" in export(app).text


@pytest.mark.engines("postgresql")
def test_an_export_is_fetched_from_the_servers_cursor(
    app: Flask, candidate: CandidateClient, other: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 1)
    candidate.registered("03")
    other.registered("20")
    begun = export(app)
    with app.app_context(), db.reading() as session:
        activity = text("SELECT query FROM pg_stat_activity WHERE datname = current_database()")
        assert [query for query in session.scalars(activity) if query.startswith("FETCH FORWARD")]
    assert len(begun.text.strip().split("\r\n")) == 3
