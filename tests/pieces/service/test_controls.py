"""Gestionnaires set the status of a piece, or of many, and take it back; candidates are told of
refusals."""

from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from services import clock
from services.contracts.piece_rules import STATUS_LABELS
from services.contracts.pieces import PiecesStateChanged
from services.pieces.domain.control import ACTED_UPON, NOT_THE_CALLERS
from services.pieces.models import db
from services.pieces.operations import controls
from services.pieces.queries.pieces import PieceContext
from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.pieces import sample_files
from tests.pieces.example_events import CLOSES, OTHER
from tests.pieces.pieces_service import ILLEGIBLE, PiecesService

BEYOND_TIME = ("9999-12-31T23:30:00+00:00", "9999-12-30", "0001-01-01T00:00:00+14:00")
"""In Paris, or in UTC, they are in a year that there is not: no page could show it."""


@pytest.fixture
def refused(validated: PiecesService) -> PiecesService:
    """NATIDE06 was refused after the period, with a right to deposit it again until 15 November."""
    validated.move_to(CLOSES + timedelta(days=3))
    answer = validated.control(
        "NATIDE06", "non_compliant", comment="Illisible", resubmit_until="2021-11-15"
    )
    assert answer.status_code == 200, answer.text
    return validated


@pytest.fixture
def deposited_again(refused: PiecesService) -> PiecesService:
    answer = refused.deposit("NATIDE06", sample_files.image(), "nette.png")
    assert answer.status_code == 201, answer.text
    return refused


def test_a_refused_piece_is_shown_with_its_reason_and_the_last_day(refused: PiecesService) -> None:
    shown = refused.piece("NATIDE06")
    refusal = (shown["status"], shown["status_comment"])
    assert refusal == (STATUS_LABELS["non_compliant"], "Illisible")
    assert shown["can_deposit"]
    assert "15/11/2021 23:59 (heure/Paris)" in shown["resubmit_sentence"]


def test_a_refused_piece_alone_is_open_and_not_answered_by_its_refused_file(
    refused: PiecesService,
) -> None:
    assert refused.deposit("CINSIG03").status_code == 403, "the other pieces stay closed"
    assert refused.validate("NATIONALITE").status_code == 403, "the refused file is no answer"
    assert refused.delete("NATIDE06").status_code == 403


def test_a_file_for_a_refused_piece_waits_to_be_validated(deposited_again: PiecesService) -> None:
    shown = deposited_again.piece("NATIDE06")
    assert (shown["status"], shown["can_deposit"], shown["can_delete"]) == (None, True, True)
    assert shown["deposit"]["validated_at"] is None


def test_a_refused_file_is_kept_beside_the_one_that_answers_it(
    deposited_again: PiecesService,
) -> None:
    deposited_again.run_follow_ups()
    assert len(deposited_again.objects()) == 2
    history = deposited_again.piece_for_staff("NATIDE06")["history"]
    names = [deposit["filename"] for deposit in history["deposits"]]
    assert names == ["pièce d'identité.pdf", "nette.png"]
    assert [control["status"] for control in history["controls"]] == ["non_compliant"]


def test_a_refused_piece_without_its_new_file_is_as_it_was_refused(
    deposited_again: PiecesService,
) -> None:
    assert deposited_again.delete("NATIDE06").status_code == 204
    shown = deposited_again.piece("NATIDE06")
    refusal = (shown["status"], shown["status_comment"])
    assert refusal == (STATUS_LABELS["non_compliant"], "Illisible")


def test_a_refused_piece_that_is_validated_again_is_closed(deposited_again: PiecesService) -> None:
    assert deposited_again.validate("NATIONALITE").status_code == 200
    shown = deposited_again.piece("NATIDE06")
    assert (shown["can_deposit"], shown["resubmit_until"]) == (False, None)
    assert shown["deposit"]["validated_at"]


def test_a_status_is_shown_with_the_reception_date_and_closes_the_piece(
    deposited: PiecesService,
) -> None:
    for code, received_on in (
        ("NATIDE06", "2021-10-05"),
        ("CINSIG03", "2021-10-04"),
    ):  # the second on paper
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


def test_a_control_whose_answer_was_lost_is_repeated_without_doing_anything(
    validated: PiecesService,
) -> None:
    read = validated.piece_for_staff("NATIDE06")["etag"]
    refusal = {"status": "non_compliant", "comment": "Illisible\nFloue", "etag": read}
    first = validated.control("NATIDE06", **refusal)
    entries = validated.audit_trail()
    assert entries[-1] == ("staff", "piece.controlled")
    again = validated.control(
        "NATIDE06", **{**refusal, "comment": "Illisible\r\nFloue"}
    )  # as a form sends it
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert validated.audit_trail() == entries
    colleague: dict[str, Any] = {"by": "0"}
    for other in (colleague, {"comment": "Coupée"}, {"resubmit_until": "2021-12-15"}):
        assert validated.control("NATIDE06", **{**refusal, **other}).status_code == 412, other
    validated.deposit("NATIDE06", sample_files.image(), "nette.png")
    assert validated.control("NATIDE06", **refusal).status_code == 412, "another file has come"


def test_a_control_that_makes_no_sense_is_refused_with_its_field(validated: PiecesService) -> None:
    for status, field, value in (
        ("perfect", "status", "perfect"),
        ("received", "received_on", "demain"),
        ("non_compliant", "comment", " \r\n"),
        *(
            ("non_compliant", "resubmit_until", until)
            for until in ("2021-11-15T00:00:00", *BEYOND_TIME)
        ),
    ):
        answer = validated.control("NATIDE06", **{"status": status, field: value})
        assert answer.status_code == 422, value
        assert f"#/{field}" in [error["pointer"] for error in answer.get_json()["errors"]], value
    for other in ("0" * 32, None):  # another file than the current one
        assert validated.control("NATIDE06", "compliant", deposit_id=other).status_code == 409
    assert validated.piece("NATIDE06")["status"] is None


def decisions(service: PiecesService) -> list[dict[str, str]]:
    """« Conforme », for each piece with a file."""
    return [
        {
            "piece_id": item["id"],
            "if_match": item["etag"],
            "deposit_id": item["deposit"]["id"],
            "status": "compliant",
        }
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
    assert current == [None, second["piece_id"], None, first["piece_id"]], (
        "what was refused comes as it is"
    )


def test_of_many_those_done_before_an_outage_are_told(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def state(service: PiecesService) -> dict[str, Any]:
    piece = service.piece_for_staff("NATIDE06")
    kept = ("status", "comment", "received_on", "resubmit_until", "validated_at", "deposit")
    return {name: piece[name] for name in kept}


def refuse(service: PiecesService) -> None:
    service.control("NATIDE06", "non_compliant", comment="Floue", resubmit_until="2021-11-15")


@pytest.fixture
def taken_back(validated: PiecesService) -> PiecesService:
    """A first control of NATIDE06, a refusal, was taken back."""
    refuse(validated)
    answer = validated.take_back("NATIDE06")
    assert (answer.status_code, answer.headers["ETag"]) == (200, answer.get_json()["etag"])
    return validated


def test_a_piece_whose_control_is_taken_back_is_as_it_was(validated: PiecesService) -> None:
    before = state(validated)
    refuse(validated)
    validated.take_back("NATIDE06")
    assert state(validated) == before


def test_registrations_is_told_of_a_control_that_is_taken_back(taken_back: PiecesService) -> None:
    *_, begun, _, ended = taken_back.published(PiecesStateChanged.TYPE)
    assert ended["state"] == begun["state"]


def test_the_history_shows_both_a_control_and_that_it_is_taken_back(
    taken_back: PiecesService,
) -> None:
    assert taken_back.audit_trail()[-1] == ("staff", "piece.control_taken_back")
    controls = taken_back.piece_for_staff("NATIDE06")["history"]["controls"]
    assert [row["status"] for row in controls] == ["non_compliant"] * 2
    ways = [(row["taken_back"], row["takes_back"]) for row in controls]
    assert ways == [(True, False), (False, True)]


def test_a_piece_whose_control_is_taken_back_was_never_controlled_as_lists_count(
    taken_back: PiecesService,
) -> None:
    assert taken_back.listed_codes("sent_again=true") == []


def test_who_follows_the_feed_reads_anew_a_piece_whose_control_is_taken_back(
    taken_back: PiecesService,
) -> None:
    [*_, last] = taken_back.read_as_staff("/changes")["items"]
    assert (last["kind"], last["code"]) == ("controlled", "NATIDE06")


def test_controls_are_taken_back_one_after_the_other(validated: PiecesService) -> None:
    before = state(validated)
    refuse(validated)
    refused = state(validated)
    validated.control("NATIDE06", "compliant")
    validated.take_back("NATIDE06")
    assert state(validated) == refused, "corrected wrongly, it comes back with its end"
    assert validated.take_back("NATIDE06").status_code == 200, "then the one before"
    assert state(validated) == before


def test_pressed_twice_it_takes_back_one(validated: PiecesService) -> None:
    for status in ("received", "compliant"):
        validated.control("NATIDE06", status)
    read = validated.piece_for_staff("NATIDE06")["etag"]
    first = validated.take_back("NATIDE06", etag=read)
    again = validated.take_back("NATIDE06", etag=read)
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert state(validated)["status"] == "received"


def refusal(service: PiecesService, **who: str) -> tuple[int, str]:
    answer = service.take_back("NATIDE06", **who)
    return answer.status_code, answer.get_json()["detail"]


def test_what_others_have_done_since_stays(validated: PiecesService) -> None:
    assert refusal(validated) == (409, NOT_THE_CALLERS)
    validated.control("NATIDE06", "non_compliant")
    assert refusal(validated, by="0") == (409, NOT_THE_CALLERS)
    assert validated.take_back("NATIDE06", etag='"stale"').status_code == 412
    validated.deposit("NATIDE06", sample_files.image(), "nette.png")
    assert refusal(validated) == (409, ACTED_UPON)
    validated.control("NATIDE06", "compliant", by="0")
    assert refusal(validated) == (409, NOT_THE_CALLERS)
    piece = validated.piece_for_staff("NATIDE06")
    path = f"/pieces/{piece['id']}/control"
    read = {"If-Match": piece["etag"]}
    assert (
        validated.staff("DELETE", path, by="0", academies=("20",), headers=read).status_code == 404
    )
    assert validated.staff("DELETE", path, by="0").status_code == 428


def test_a_gestionnaire_reads_their_last_decision_and_their_pace(validated: PiecesService) -> None:
    validated.deposit("CINSIG03")
    assert validated.read_as_staff("/own-controls") == {
        "last_hour": 0,
        "control": None,
        "piece": None,
    }
    for code, status in (
        ("NATIDE06", "received"),
        ("NATIDE06", "compliant"),
        ("CINSIG03", "compliant"),
    ):
        validated.control(code, status)
    own = validated.read_as_staff("/own-controls")
    assert (own["last_hour"], own["piece"]["code"], own["control"]["can_be_taken_back"]) == (
        2,
        "CINSIG03",
        True,
    )
    validated.take_back("CINSIG03")
    own = validated.read_as_staff("/own-controls")
    assert (own["last_hour"], own["piece"]["code"], own["control"]["status"]) == (
        1,
        "NATIDE06",
        "compliant",
    )
    validated.control("NATIDE06", "received", by="0")
    assert not validated.read_as_staff("/own-controls")["control"]["can_be_taken_back"]
    assert validated.read_as_staff("/own-controls", by="1")["control"] is None
    assert validated.read_as_staff("/own-controls", academies=("20",))["piece"] is None


def acts(service: PiecesService, by: str = CANDIDATE) -> list[str]:
    """What « Historique » tells of them."""
    answer = service.call("GET", f"/candidatures/{CANDIDATURE}/history", by=by)
    assert answer.status_code == 200, answer.text
    return [event["act"] for event in answer.get_json()["events"]]


def test_the_history_tells_a_decision_that_counts_and_a_replaced_file_as_replaced(
    deposited: PiecesService,
) -> None:
    deposited.control("NATIDE06", "non_compliant")
    deposited.take_back("NATIDE06")
    assert acts(deposited) == ["deposit.made"]
    deposited.deposit("NATIDE06")
    deposited.delete("NATIDE06")
    deposited.deposit("NATIDE06")
    files = ["deposit.made", "deposit.deleted", "deposit.replaced", "deposit.made"]
    assert acts(deposited) == files
    deposited.control("NATIDE06", "compliant")
    assert acts(deposited) == ["piece.controlled", *files]
    assert acts(deposited, by=OTHER) == []


REFUSED = "pieces.pieces_refused.v1"


@pytest.fixture
def telling(deposited: PiecesService) -> PiecesService:
    """With two files, in a session that mails refusals."""
    deposited.with_ladder(refusal_mails=True).deposit("CINSIG03")
    deposited.run_follow_ups()
    return deposited


def _a_moment_later(service: PiecesService) -> list[list[tuple[str, Any]]]:
    """(code, comment) of the pieces of each notice, once the delay is over."""
    service.move_to(clock.portal_now() + timedelta(seconds=controls.DELAY_SECONDS))
    return _notices(service)


def _notices(service: PiecesService) -> list[list[tuple[str, Any]]]:
    """The same as far as they have left, whenever their follow-ups are due."""
    with service.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE tasks SET available_at = created_at")
    assert service.run_follow_ups() == []
    events = service.published(REFUSED)
    groups = [event["candidature"]["groups"] for event in events]
    return [
        [(piece["code"], piece["comment"]) for group in each for piece in group["pieces"]]
        for each in groups
    ]


def test_refusals_of_a_moment_are_one_notice_with_their_comments(telling: PiecesService) -> None:
    telling.control("NATIDE06", "non_compliant", comment="Floue.")
    telling.control("CINSIG03", "non_compliant")
    telling.run_follow_ups()
    assert telling.published(REFUSED) == [], "not before a gestionnaire could correct it"
    assert _a_moment_later(telling) == [[("CINSIG03", ILLEGIBLE), ("NATIDE06", "Floue.")]]


def test_a_refusal_taken_back_is_not_mailed_and_one_before_it_is(telling: PiecesService) -> None:
    telling.control("NATIDE06", "non_compliant", comment="Floue.")
    telling.move_to(clock.portal_now() + timedelta(seconds=controls.DELAY_SECONDS))
    telling.control("CINSIG03", "non_compliant", comment="Sans signature.")
    assert _notices(telling) == [], "the newer one may still be taken back"
    assert telling.take_back("CINSIG03").status_code == 200
    telling.control("CINSIG03", "non_compliant", comment="Illisible.")
    assert telling.take_back("CINSIG03").status_code == 200
    assert _a_moment_later(telling) == [[("NATIDE06", "Floue.")]]


def test_a_refusal_that_counts_again_and_was_never_told_is_told(telling: PiecesService) -> None:
    telling.control("NATIDE06", "non_compliant", comment="Floue.")
    telling.control("NATIDE06", "compliant")
    assert _a_moment_later(telling) == []
    assert telling.take_back("NATIDE06").status_code == 200
    telling.run_follow_ups()
    assert telling.published(REFUSED) == [], "not before a gestionnaire could correct it"
    assert _a_moment_later(telling) == [[("NATIDE06", "Floue.")]]


def test_a_second_refusal_is_told_and_the_first_not_again_if_the_session_asks_for_it(
    telling: PiecesService,
) -> None:
    telling.control("NATIDE06", "non_compliant", comment="Floue.")
    assert len(_a_moment_later(telling)) == 1
    telling.control("CINSIG03", "non_compliant", comment="Sans signature.")
    assert _a_moment_later(telling)[1:] == [[("CINSIG03", "Sans signature.")]]
    telling.deposit("NATIDE06")
    telling.control("NATIDE06", "non_compliant", comment="Encore floue.")
    assert _a_moment_later(telling)[2:] == [[("NATIDE06", "Encore floue.")]]
    telling.with_ladder(revision=2, refusal_mails=False)
    telling.control("BTSETAS4", "non_compliant")
    assert _a_moment_later(telling)[3:] == []
