"""Bodies that no tool should send: refused in words, whatever they hold; nothing is written."""

from __future__ import annotations

import json

import pytest

from tests.pieces.pieces_service import PiecesService

IMPOSSIBLE = ["\ud800", "a\x00b"]


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_comment_that_no_database_takes_is_refused(service: PiecesService, text: str) -> None:
    service.registered().deposit("NATIDE06")
    answer = service.control("NATIDE06", "non_compliant", comment=text)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"].endswith("/comment")
    assert service.piece_for_staff("NATIDE06")["status"] is None


@pytest.mark.parametrize("field", ["piece_id", "deposit_id", "if_match", "comment"])
@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_one_of_many_controls_that_cannot_be_stops_them_before_the_first(
    service: PiecesService, field: str, text: str
) -> None:
    service.registered().deposit("NATIDE06")
    seen = service.piece_for_staff("NATIDE06")
    good = {
        "piece_id": seen["id"],
        "if_match": seen["etag"],
        "deposit_id": seen["deposit"]["id"],
        "status": "compliant",
    }
    answer = service.staff("POST", "/controls", json={"controls": [good, {**good, field: text}]})
    assert answer.status_code == 422
    assert service.piece_for_staff("NATIDE06")["status"] is None


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"controls":' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"controls":' + b"9" * 9000 + b"}", b"\xff"],
)
def test_json_that_breaks_parsers_is_no_error_of_ours(service: PiecesService, body: bytes) -> None:
    answer = service.staff("POST", "/controls", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert json.loads(answer.data)["detail"] == "Le corps de la requête n'est pas un JSON lisible"


@pytest.mark.parametrize("until", ["9999-12-31T23:30:00+00:00", "9999-12-30", "0001-01-01T00:00:00+14:00"])
def test_nobody_is_given_until_the_end_of_time(service: PiecesService, until: str) -> None:
    """In Paris, or in UTC, that is in a year that there is not: no page could show it."""
    service.registered().deposit("NATIDE06")
    answer = service.control("NATIDE06", "non_compliant", comment="Illisible", resubmit_until=until)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"].endswith("/resubmit_until")
    assert service.piece_for_staff("NATIDE06")["status"] is None
