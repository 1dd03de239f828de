"""The ladder of reminders: each rung once, to who lacks pieces, of all of them; mails about a « Non Conforme »."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.chassis import clock
from services.chassis.clock import PARIS
from services.chassis.tasks.registry import stopping_answered_by
from services.contracts.reminder_rules import HOUR
from services.pieces.models import db
from services.pieces.operations.controls import DELAY_SECONDS
from services.pieces.queries import incomplete_candidatures
from tests.documents.example_events import CANDIDATE
from tests.pieces.example_events import (
    CLOSES,
    IDENTITY,
    OTHER,
    SECOND,
    of_others,
    registration_saved,
    registration_withdrawn,
)
from tests.pieces.ladder import LAST_DAY, SEVEN_DAYS, TWO_DAYS, missing_codes, published, with_ladder
from tests.pieces.pieces_service import ILLEGIBLE, PiecesService

REQUIRED = {"CINSIG03": "CONFIRMATION", "NATIDE06": "NATIONALITE", "BTSETAS4": "CONDITIONS"}
DOSSIER = ("BTSEE-EF3", "BTSLIVCOMP")


def _run_at(service: PiecesService, instant: datetime) -> int:
    """How many reminders there are once the job has run at that instant, twice."""
    service.move_to(instant)
    for _ in range(2):
        service.run_job("remind")
    return len(published(service))


def test_each_rung_reminds_once_from_nine_o_clock_of_its_day_on(laddered: PiecesService) -> None:
    counts = [
        _run_at(laddered, instant)
        for rung in (SEVEN_DAYS, TWO_DAYS, LAST_DAY)
        for instant in (rung - SECOND, rung, rung + timedelta(hours=9))
    ]
    assert counts == [0, 1, 1, 1, 2, 2, 2, 3, 3]
    assert _run_at(laddered, CLOSES) == 3, "the deposit is closed"


def test_the_mail_is_of_all_that_is_missing_with_its_last_day(laddered: PiecesService) -> None:
    laddered.deposit("NATIDE06")
    laddered.deposit("CINSIG03")
    laddered.validate("CONFIRMATION")
    _run_at(laddered, SEVEN_DAYS)
    [event] = published(laddered)
    assert event["candidate_id"] == CANDIDATE
    codes = ["NATIDE06", "BTSETAS4", *DOSSIER]
    assert sorted(missing_codes(event)) == sorted(codes), "neither what is handed over nor the optional one"
    [candidature] = event["candidatures"]
    pieces = [piece for group in candidature["groups"] for piece in group["pieces"]]
    assert [piece["code"] for piece in pieces if piece["to_validate"]] == ["NATIDE06"]
    assert {group["deposit_closes"] for group in candidature["groups"]} == {"2021-10-31T23:00:00+00:00"}


def test_a_deposit_between_two_rungs_ends_the_reminders(laddered: PiecesService) -> None:
    assert _run_at(laddered, SEVEN_DAYS) == 1
    for code in (*REQUIRED, *DOSSIER):
        assert laddered.deposit(code).status_code == 201
    assert _run_at(laddered, TWO_DAYS) == 1
    for group in (*REQUIRED.values(), "DOSSIER"):
        assert laddered.validate(group).status_code == 200
    assert _run_at(laddered, LAST_DAY) == 1


def test_a_refused_piece_is_missing_until_it_is_sent_again_and_has_its_own_ladder(laddered: PiecesService) -> None:
    laddered.handle_events(registration_saved(version=2, pieces=(IDENTITY,)))
    laddered.deposit("NATIDE06")
    laddered.control("NATIDE06", "non_compliant", comment="Floue.", resubmit_until="2021-11-09")
    assert _run_at(laddered, LAST_DAY) == 0, "its own end is nine days later"
    assert _run_at(laddered, datetime(2021, 11, 2, HOUR, tzinfo=PARIS)) == 1
    [event] = published(laddered)
    assert missing_codes(event) == ["NATIDE06"]
    [group] = event["candidatures"][0]["groups"]
    assert group["deposit_closes"] == "2021-11-09T23:00:00+00:00"
    assert group["pieces"][0]["refused"]
    assert group["pieces"][0]["comment"] == "Floue."
    laddered.deposit("NATIDE06")
    assert _run_at(laddered, datetime(2021, 11, 7, HOUR, tzinfo=PARIS)) == 1


def test_an_extended_deposit_has_a_ladder_of_its_own(laddered: PiecesService) -> None:
    assert _run_at(laddered, LAST_DAY) == 1
    with_ladder(laddered, revision=2, closes=CLOSES + timedelta(days=10))
    assert _run_at(laddered, LAST_DAY + timedelta(hours=1)) == 1
    assert _run_at(laddered, LAST_DAY + timedelta(days=3)) == 2, "seven days before the new end"


def test_two_candidatures_of_one_candidate_are_one_mail(laddered: PiecesService) -> None:
    laddered.handle_events(registration_saved(candidature_id="cafe" + "2" * 28, pieces=(IDENTITY,)))
    laddered.handle_events(registration_saved(candidature_id="cafe" + "3" * 28, candidate_id=OTHER))
    assert _run_at(laddered, SEVEN_DAYS) == 2
    assert sorted(len(event["candidatures"]) for event in published(laddered)) == [1, 2]
    laddered.handle_events(registration_withdrawn(), registration_withdrawn(1, "cafe" + "2" * 28))
    assert _run_at(laddered, TWO_DAYS) == 3, "those of who withdrew are not reminded of"


def test_a_job_that_is_stopped_goes_on_where_it_stood(laddered: PiecesService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incomplete_candidatures, "PAGE", 3)
    laddered.handle_events(*of_others(5))
    laddered.move_to(SEVEN_DAYS)
    answers = iter([False])
    with stopping_answered_by(lambda: next(answers, True)):
        laddered.run_job("remind")
    assert len(published(laddered)) == 3, "it stopped after a page"
    assert _run_at(laddered, SEVEN_DAYS + timedelta(minutes=5)) == 6
    assert len({event["candidate_id"] for event in published(laddered)}) == 6


REFUSED = "pieces.pieces_refused.v1"


@pytest.fixture
def telling(service: PiecesService) -> PiecesService:
    with_ladder(service.registered(), refusal_mails=True)
    for code in ("NATIDE06", "CINSIG03"):
        service.deposit(code)
    service.run_follow_ups()
    return service


def _a_moment_later(service: PiecesService) -> list[list[tuple[str, Any]]]:
    """(code, comment) of the pieces of each notice, once the delay is over."""
    service.move_to(clock.portal_now() + timedelta(seconds=DELAY_SECONDS))
    return _notices(service)


def _notices(service: PiecesService) -> list[list[tuple[str, Any]]]:
    """The same as far as they have left, whenever their follow-ups are due."""
    with service.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE tasks SET available_at = created_at")
    assert service.run_follow_ups() == []
    events = published(service, REFUSED)
    groups = [[piece for group in event["candidature"]["groups"] for piece in group["pieces"]] for event in events]
    return [[(piece["code"], piece["comment"]) for piece in pieces] for pieces in groups]


def test_refusals_of_a_moment_are_one_notice_with_their_comments(telling: PiecesService) -> None:
    telling.control("NATIDE06", "non_compliant", comment="Floue.")
    telling.control("CINSIG03", "non_compliant")
    telling.run_follow_ups()
    assert published(telling, REFUSED) == [], "not before a gestionnaire could correct it"
    assert _a_moment_later(telling) == [[("CINSIG03", ILLEGIBLE), ("NATIDE06", "Floue.")]]


def test_a_refusal_taken_back_is_not_mailed_and_one_before_it_is(telling: PiecesService) -> None:
    telling.control("NATIDE06", "non_compliant", comment="Floue.")
    telling.move_to(clock.portal_now() + timedelta(seconds=DELAY_SECONDS))
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
    assert published(telling, REFUSED) == [], "not before a gestionnaire could correct it"
    assert _a_moment_later(telling) == [[("NATIDE06", "Floue.")]]


def test_a_second_refusal_is_told_and_the_first_not_again_where_the_session_asks_for_it(
    telling: PiecesService,
) -> None:
    telling.control("NATIDE06", "non_compliant", comment="Floue.")
    assert len(_a_moment_later(telling)) == 1
    telling.control("CINSIG03", "non_compliant", comment="Sans signature.")
    assert _a_moment_later(telling)[1:] == [[("CINSIG03", "Sans signature.")]]
    telling.deposit("NATIDE06")
    telling.control("NATIDE06", "non_compliant", comment="Encore floue.")
    assert _a_moment_later(telling)[2:] == [[("NATIDE06", "Encore floue.")]]
    with_ladder(telling, revision=2, refusal_mails=False)
    telling.control("BTSETAS4", "non_compliant")
    assert _a_moment_later(telling)[3:] == []
