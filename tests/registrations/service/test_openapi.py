"""The API under inputs nobody thought of: refused as problems, never a failure of the service."""

from __future__ import annotations

from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.registrations.domain.example_dossier import ANSWERS
from tests.registrations.service.candidate_client import CandidateClient
from tests.support import tokens
from tests.support.generated_requests import described_operations, try_requests

TRIES = 6
SCOPES = ["candidatures:read", "candidatures:manage", "pieces:read", "openings:manage", "audit:read"]
ADMITTED = {
    "/v1/staff/": tokens.staff_token(scopes=SCOPES, academies=None),
    "/v1/audit": tokens.staff_token(scopes=SCOPES, academies=None),
    "/v1/candidates/": tokens.service_token("accounts"),
    "/v1/candidatures/{candidature_id}/versions": tokens.service_token("documents"),
    "": tokens.candidate_token("pierre"),
}
"""Who may call what begins so: the others' calls end before anything of the input is read."""


def test_no_input_makes_the_service_fail(app: Flask) -> None:
    """It takes seconds: hypothesis makes a strategy for each of the forty operations of the API."""
    operations = list(described_operations(app))
    assert len(operations) > 20
    for operation in operations:
        token = next(token for path, token in ADMITTED.items() if operation.path.startswith(path))

        def check(case: Any, token: str = token) -> None:
            response = case.call(headers=tokens.bearer(token))
            assert response.status_code < 500, (case.as_curl_command(), response.text)

        try_requests(operation, TRIES, check)


def test_whatever_is_typed_in_any_field_is_kept_and_judged(candidate: CandidateClient) -> None:
    draft = candidate.filled()
    names = [(tab["number"], field) for tab in draft["tabs"] for field in fields_of(candidate, draft, tab["number"])]
    typed = st.text() | st.lists(st.text(), max_size=3)

    @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(place=st.sampled_from(names), value=typed)
    def tried(place: tuple[int, str], value: str | list[str]) -> None:
        number, field = place
        values = {**ANSWERS.get(draft["tabs"][number - 1]["name"], {}), field: value}
        path = f"/drafts/{draft['id']}"
        revision = candidate.get(path)["revision"]
        answer = candidate.write(draft, number, values, revision=revision)
        assert answer.status_code in (200, 422), answer.text
        assert candidate.call("GET", f"{path}/tabs/8").status_code == 200
        revision = candidate.get(path)["revision"]
        candidate.write(draft, number, ANSWERS.get(draft["tabs"][number - 1]["name"], {}), revision=revision)

    tried()


def fields_of(candidate: CandidateClient, draft: dict[str, Any], number: int) -> list[str]:
    """The names of a tab's fields, those of its épreuves included."""
    tab = candidate.get(f"/drafts/{draft['id']}/tabs/{number}")
    sections = (tab["form"] or {"sections": []})["sections"]
    inputs = [line[part] for line in tab["epreuves"] or [] for part in ("position", "option") if line[part]]
    fields = [field for section in sections for field in section["fields"]] + inputs
    return [field["name"] for field in fields]
