"""Gestionnaires and their tools set the status of a piece, or of many."""

from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from services.contracts.piece_rules import STATUS_LABELS
from services.pieces.operations import controls
from services.pieces.queries.pieces import PieceContext
from tests.pieces import sample_files
from tests.pieces.example_events import CLOSES
from tests.pieces.pieces_service import PiecesService, validated

BEYOND_TIME = ("9999-12-31T23:30:00+00:00", "9999-12-30", "0001-01-01T00:00:00+14:00")
"""In Paris, or in UTC, they are in a year that there is not: no page could show it."""


def test_a_refused_piece_alone_is_deposited_and_validated_again_until_its_date(service: PiecesService) -> None:
    validated(service).move_to(CLOSES + timedelta(days=3))
    answer = service.control("NATIDE06", "non_compliant", comment="Illisible", resubmit_until="2021-11-15")
    assert answer.status_code == 200, answer.text
    shown = service.piece("NATIDE06")
    assert (shown["status"], shown["status_comment"]) == (STATUS_LABELS["non_compliant"], "Illisible")
    assert shown["can_deposit"]
    assert "15/11/2021 23:59 (heure/Paris)" in shown["resubmit_sentence"]
    assert service.deposit("CINSIG03").status_code == 403, "the other pieces stay closed"
    assert service.validate("NATIONALITE").status_code == 403, "the refused file is no answer"

    assert service.deposit("NATIDE06", sample_files.image(), "nette.png").status_code == 201
    shown = service.piece("NATIDE06")
    assert (shown["status"], shown["can_deposit"], shown["can_delete"]) == (None, True, True)
    assert shown["deposit"]["validated_at"] is None
    assert service.validate("NATIONALITE").status_code == 200
    shown = service.piece("NATIDE06")
    assert (shown["can_deposit"], shown["resubmit_until"]) == (False, None)
    assert shown["deposit"]["validated_at"]


def test_a_refused_file_is_kept_and_its_refusal_is_shown_again_without_the_new_one(service: PiecesService) -> None:
    validated(service).control("NATIDE06", "non_compliant", comment="Illisible")
    assert service.delete("NATIDE06").status_code == 403
    service.deposit("NATIDE06", sample_files.image(), "b.png")
    service.run_follow_ups()
    assert len(service.objects()) == 2
    history = service.piece_for_staff("NATIDE06")["history"]
    assert [deposit["filename"] for deposit in history["deposits"]] == ["carte.pdf", "b.png"]
    assert [control["status"] for control in history["controls"]] == ["non_compliant"]
    assert service.delete("NATIDE06").status_code == 204
    shown = service.piece("NATIDE06")
    assert (shown["status"], shown["status_comment"]) == (STATUS_LABELS["non_compliant"], "Illisible")


def test_a_status_is_shown_with_the_reception_date_and_closes_the_piece(deposited: PiecesService) -> None:
    for code, received_on in (("NATIDE06", "2021-10-05"), ("CINSIG03", "2021-10-04")):  # the second on paper
        assert deposited.control(code, "received", received_on=received_on).status_code == 200
        shown = deposited.piece(code)
        assert (shown["status"], shown["received_on"]) == (STATUS_LABELS["received"], received_on)
        assert (shown["can_deposit"], shown["can_delete"]) == (False, False)


def test_without_if_match_or_with_a_stale_one_nothing_is_set(deposited: PiecesService) -> None:
    assert deposited.control("NATIDE06", "compliant", etag="").status_code == 428
    changes = (
        partial(deposited.deposit, "NATIDE06"),
        partial(deposited.validate, "NATIONALITE"),
        partial(deposited.control, "NATIDE06", "received"),
    )
    for change in changes:
        stale = deposited.piece_for_staff("NATIDE06")["etag"]
        assert change().status_code in (200, 201)
        late = deposited.control("NATIDE06", "compliant", etag=stale)
        assert (late.status_code, late.content_type) == (412, "application/problem+json")
    assert deposited.piece("NATIDE06")["status"] == STATUS_LABELS["received"]


def test_a_control_whose_answer_was_lost_is_repeated_without_doing_anything(service: PiecesService) -> None:
    validated(service)
    read = service.piece_for_staff("NATIDE06")["etag"]
    refusal = {"status": "non_compliant", "comment": "Illisible\nFloue", "etag": read}
    first = service.control("NATIDE06", **refusal)
    entries = service.audit_trail()
    assert entries[-1] == ("staff", "piece.controlled")
    as_a_form_sends_it = {**refusal, "comment": "Illisible\r\nFloue"}
    again = service.control("NATIDE06", **as_a_form_sends_it)
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert service.audit_trail() == entries
    assert service.control("NATIDE06", **refusal, by="0").status_code == 412, "a colleague's is not repeated"
    assert service.control("NATIDE06", **{**refusal, "comment": "Coupée"}).status_code == 412
    assert service.control("NATIDE06", **{**refusal, "resubmit_until": "2021-12-15"}).status_code == 412
    service.deposit("NATIDE06", sample_files.image(), "nette.png")
    assert service.control("NATIDE06", **refusal).status_code == 412, "another file has come"


def test_a_control_that_makes_no_sense_is_refused_with_its_field(service: PiecesService) -> None:
    validated(service)
    for body, field in (
        ({"status": "perfect"}, "status"),
        ({"status": "received", "received_on": "demain"}, "received_on"),
        ({"status": "non_compliant", "resubmit_until": "2021-11-15T00:00:00"}, "resubmit_until"),
        ({"status": "non_compliant", "comment": " \r\n"}, "comment"),
        *(({"status": "non_compliant", "resubmit_until": until}, "resubmit_until") for until in BEYOND_TIME),
    ):
        answer = service.control("NATIDE06", **body)
        assert answer.status_code == 422, body
        assert f"#/{field}" in [error["pointer"] for error in answer.get_json()["errors"]], body
    for other in ("0" * 32, None):  # another file than the current one
        assert service.control("NATIDE06", "compliant", deposit_id=other).status_code == 409
    assert service.piece("NATIDE06")["status"] is None


def decisions(service: PiecesService) -> list[dict[str, str]]:
    """« Conforme », for each piece with a file."""
    return [
        {"piece_id": item["id"], "if_match": item["etag"], "deposit_id": item["deposit"]["id"], "status": "compliant"}
        for item in service.read_as_staff("/pieces?deposited=true")["items"]
    ]


def test_many_are_controlled_at_once_each_with_its_result(deposited: PiecesService) -> None:
    deposited.deposit("CINSIG03")
    controls = decisions(deposited)
    first, second = (dict(control) for control in controls)
    controls[1]["if_match"] = '"stale"'
    controls.append({**controls[0], "piece_id": "f" * 32})
    controls.append({key: value for key, value in controls[0].items() if key != "if_match"})
    answer = deposited.staff("POST", "/controls", json={"controls": controls})
    assert answer.status_code == 200, answer.text
    results = answer.get_json()["results"]
    assert [result["http_status"] for result in results] == [200, 412, 404, 428]
    assert results[0]["piece"]["status"] == "compliant"
    assert results[0]["piece"]["etag"] != first["if_match"]
    assert results[1]["problem"]["type"] == "/problems/modifie-entre-temps"
    current = [result["current"] and result["current"]["id"] for result in results]
    assert current == [None, second["piece_id"], None, first["piece_id"]], "what was refused comes as it is"


def test_of_many_those_done_before_an_outage_are_told(service: PiecesService, monkeypatch: pytest.MonkeyPatch) -> None:
    service.registered().deposit("NATIDE06")
    [decision] = decisions(service)
    tried: list[Any] = []
    control = controls.control_piece

    def until_away(*given: Any) -> PieceContext:
        tried.append(given)
        if len(tried) > 1:
            raise OperationalError("", {}, psycopg.errors.LockNotAvailable())
        return control(*given)

    monkeypatch.setattr(controls, "control_piece", until_away)
    answer = service.staff("POST", "/controls", json={"controls": [decision] * 3})
    assert answer.status_code == 200, answer.text
    assert [result["http_status"] for result in answer.get_json()["results"]] == [200, 503, 503]
    assert len(tried) == 2
