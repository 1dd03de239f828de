"""A publication that is ordered again under its Idempotency-Key is prepared once."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from services.documents.domain.publication_limits import MAX_ORDER_KEY_LENGTH
from tests.documents.imports.exam_office import NEW, ExamOffice, csv_of, line


def order(office: ExamOffice, key: str, **given: Any) -> TestResponse:
    return office.call("POST", "/imports", json={**NEW, **given}, headers={"Idempotency-Key": key})


def test_an_import_ordered_again_under_its_key_is_the_first_one_as_it_now_is(office: ExamOffice) -> None:
    office.register(1)
    first = order(office, "a", title="").get_json()
    office.send(first["id"], csv_of([line(1)]))
    again = order(office, "a", title="")
    assert (again.status_code, again.get_json()["id"], again.get_json()["ready"]) == (201, first["id"], 1)
    assert len(office.call("GET", "/imports").get_json()["items"]) == 1
    assert [action for action, _ in office.audited()] == ["import.created", "import.checked"]


def test_a_key_used_for_another_import_is_refused(office: ExamOffice) -> None:
    order(office, "a")
    others: tuple[dict[str, Any], ...] = ({"title": "Autre"}, {"type": "releve_notes"}, {"paragraphs": []})
    for other in others:
        refused = order(office, "a", **other)
        assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/cle-deja-utilisee"), other
    assert order(office, "x" * (MAX_ORDER_KEY_LENGTH + 1)).status_code == 422


def test_another_key_or_another_gestionnaire_prepares_another_import(office: ExamOffice) -> None:
    colleague = ExamOffice(office.service, staff_id="staff-2")
    answers = (order(office, "a"), order(office, "b"), order(colleague, "a"))
    assert len({answer.get_json()["id"] for answer in answers}) == 3


def test_an_import_and_a_publication_under_one_key_are_two_orders(office: ExamOffice) -> None:
    office.register(1)
    publication = {"type": "convocation", "title": "T", "paragraphs": ["P"], "candidatures": [f"{1:032x}"]}
    published = office.call("POST", "/publications", json=publication, headers={"Idempotency-Key": "a"})
    assert published.get_json()["id"] != order(office, "a").get_json()["id"]
