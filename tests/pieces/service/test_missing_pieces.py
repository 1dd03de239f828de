"""Who lacks pieces: listed and counted for gestionnaires, reminded by them and by the ladder, each
rung once."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.chassis.events.envelope import Envelope
from services.chassis.process.stopping import stopping_answered_by
from services.chassis.tasks.tables import tasks
from services.clock import PARIS, system_now
from services.contracts.page_sizes import LARGEST_PAGE
from services.contracts.piece_rules import Scan
from services.contracts.pieces import PiecesStateChanged
from services.contracts.reminder_rules import HOUR
from services.pieces import follow_ups
from services.pieces.models import Candidature, Deposit, db
from services.pieces.operations import candidature_states, reminders_by_hand
from services.pieces.operations.candidature_states import tell_all_states
from services.pieces.operations.incomplete_counts import record_incomplete_counts
from services.pieces.operations.reminders_by_hand import REMIND_LIST
from services.pieces.queries import incomplete_candidatures, missing_pieces_list
from tests.documents.example_events import CANDIDATE, CANDIDATURE, withdrawn
from tests.pieces import example_events as events
from tests.pieces.example_events import (
    AMIENS,
    CLOSES,
    IDENTITY,
    OTHER,
    SECOND,
    of_others,
    registration_saved,
)
from tests.pieces.pieces_service import LAST_DAY, SEVEN_DAYS, TWO_DAYS, PiecesService
from tests.support.service_worker import stored

CODES = ("CINSIG03", "NATIDE06", "BTSETAS4", "BTSEE-EF3", "BTSLIVCOMP")


def missing_codes(event: dict[str, Any]) -> list[str]:
    groups = [group for candidature in event["candidatures"] for group in candidature["groups"]]
    return [piece["code"] for group in groups for piece in group["pieces"]]


def _listed(service: PiecesService, query: str = "", **options: Any) -> dict[str, Any]:
    return service.read_as_staff(f"/missing-pieces?{query}", **options)


def _remind(service: PiecesService, *candidatures: str, **options: Any) -> dict[str, str]:
    answer = service.staff("POST", "/reminders", json={"candidatures": candidatures}, **options)
    assert answer.status_code == 200, answer.text
    return {result["candidature"]: result["outcome"] for result in answer.get_json()["results"]}


def test_the_list_says_what_is_missing_and_how_many_days_are_left(laddered: PiecesService) -> None:
    laddered.deposit("NATIDE06")
    page = _listed(laddered)
    [item] = page["items"]
    assert item["candidature"]["numero_candidat"] == "02103000001"
    to_validate = {
        piece["code"]: piece["to_validate"] for part in item["missing"] for piece in part["pieces"]
    }
    assert to_validate == {code: code == "NATIDE06" for code in CODES}
    assert {part["days_left"] for part in item["missing"]} == {26}
    assert item["last_reminder"] is None
    assert page["sessions"] == [{"exam": "BTS", "session": "2022", "label": "BTS 2022"}]
    assert _listed(laddered.move_to(LAST_DAY))["items"][0]["missing"][0]["days_left"] == 0
    assert _listed(laddered.move_to(CLOSES))["items"] == []


def test_the_list_is_filtered_by_session_spécialité_and_regroupement(
    laddered: PiecesService,
) -> None:
    [item] = _listed(laddered, "exam=BTS&session=2022&regroupement=NATIONALITE")["items"]
    assert [part["regroupement"]["code"] for part in item["missing"]] == ["NATIONALITE"]
    laddered.deposit("NATIDE06")
    assert _listed(laddered, "regroupement=NATIONALITE")["items"]
    laddered.validate("NATIONALITE")
    assert _listed(laddered, "specialite=Banque - conseiller de clientèle (31310)")["items"]
    assert _listed(laddered, f"candidature=unknown,{CANDIDATURE}")["items"]
    for query in (
        "regroupement=NATIONALITE",
        "session=2021",
        "exam=DCG",
        "specialite=Banque",
        "candidature=unknown",
    ):
        assert _listed(laddered, query)["items"] == []


def test_pages_follow_their_cursor_over_openings(
    laddered: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incomplete_candidatures, "PAGE", 3)
    laddered.handle_events(events.window_changed(1, academie="20"))
    others = of_others(14, pieces=(IDENTITY,))
    laddered.handle_events(
        *others[::2], *(dataclasses.replace(other, academie=AMIENS) for other in others[1::2])
    )
    pages = laddered.read_pages("/missing-pieces", academies=("03", "20"))
    listed_ids = [item["candidature"]["id"] for page in pages for item in page["items"]]
    assert len(listed_ids) == len(set(listed_ids)) == len(others) + 1
    assert len(_listed(laddered, academies=("20",))["items"]) == len(others) // 2
    assert laddered.staff("GET", "/missing-pieces?cursor=bm9u").status_code == 422


def test_of_another_académie_nothing_is_seen_and_nobody_reminded(laddered: PiecesService) -> None:
    assert _listed(laddered, academies=("20",)) == {
        "items": [],
        "next_cursor": None,
        "sessions": [],
    }
    assert (
        laddered.staff("GET", "/missing-pieces?academie=03", academies=("20",)).status_code == 404
    )
    outcomes = _remind(laddered, CANDIDATURE, "unknown", academies=("20",))
    assert outcomes == {CANDIDATURE: "not_found", "unknown": "not_found"}
    assert laddered.published() == []


def test_a_selection_is_reminded_once_a_day(
    laddered: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incomplete_candidatures, "PAGE", 2)
    complete = "cafe" + "b" * 28
    gone = "cafe" + "c" * 28
    laddered.handle_events(
        registration_saved(candidature_id=complete, candidate_id=OTHER, pieces=())
    )
    laddered.handle_events(
        registration_saved(candidature_id=gone, candidate_id=OTHER), withdrawn(1, gone)
    )
    expected = {CANDIDATURE: "sent", complete: "nothing_missing", gone: "not_found"}
    assert _remind(laddered, *expected) == expected
    assert _remind(laddered, *expected) == {**expected, CANDIDATURE: "already_reminded_today"}
    [event] = laddered.published()
    assert sorted(missing_codes(event)) == sorted(CODES)
    assert ("staff", "candidature.reminded") in laddered.audit_trail()
    [item] = _listed(laddered)["items"]
    assert item["last_reminder"].startswith("2021-10-05T")

    laddered.move_to(laddered.now + timedelta(days=1))
    assert _remind(laddered, CANDIDATURE) == {CANDIDATURE: "sent"}
    laddered.move_to(LAST_DAY).run_job("remind")
    assert _remind(laddered, CANDIDATURE) == {CANDIDATURE: "already_reminded_today"}, (
        "by the ladder"
    )
    assert laddered.staff("POST", "/reminders", json={}).status_code == 422


def test_a_whole_list_is_counted_and_reminded_in_pages(
    laddered: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders_by_hand, "LARGEST_PAGE", 2)
    monkeypatch.setattr(incomplete_candidatures, "PAGE", 2)
    monkeypatch.setattr(
        missing_pieces_list, "MOST_EXAMINED", 2
    )  # pages with nobody to remind, and a cursor
    laddered.handle_events(*of_others(5, pieces=(IDENTITY,)))
    for number in range(5):
        laddered.handle_events(registration_saved(pieces=(), candidature_id=f"{number:032}"))
    _remind(laddered, CANDIDATURE)
    whole = {"candidatures": 6, "reminded": 1, "mails": 5, "is_complete": True}
    assert laddered.read_as_staff("/missing-pieces/whole-list") == whole
    assert laddered.read_as_staff("/missing-pieces/whole-list?session=2021")["candidatures"] == 0
    path = "/reminders/whole-list"
    assert (
        laddered.staff("POST", path, json={"academie": "03"}, academies=("20",)).status_code == 404
    )
    assert laddered.call("POST", path, json={}).status_code == 403
    assert laddered.staff("POST", path, json={"session": "2022"}).status_code == 204
    assert len(laddered.published()) == 1, "nobody else yet"
    laddered.run_follow_ups()
    assert len(laddered.published()) == 6
    assert laddered.read_as_staff("/missing-pieces/whole-list") == {
        **whole,
        "reminded": 6,
        "mails": 0,
    }


def test_a_page_of_a_list_that_is_done_again_asks_for_the_next_one_once(
    laddered: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker dies after it, before the commit that says so."""
    monkeypatch.setattr(reminders_by_hand, "LARGEST_PAGE", 2)
    monkeypatch.setattr(incomplete_candidatures, "PAGE", 2)
    monkeypatch.setattr(missing_pieces_list, "MOST_EXAMINED", 2)
    laddered.handle_events(*of_others(5, pieces=(IDENTITY,)))
    assert laddered.staff("POST", "/reminders/whole-list", json={}).status_code == 204
    of_list = select(tasks.c.envelope).where(tasks.c.handler == REMIND_LIST)
    [first] = stored(laddered.app, of_list)
    envelope = Envelope.from_json(first)
    with laddered.app.app_context():
        for _ in range(2):
            follow_ups.registry.follow_ups[REMIND_LIST](envelope.data, envelope)
    asked = [Envelope.from_json(row) for row in stored(laddered.app, of_list)]
    assert len(asked) == 2, "the page, and the one after it"
    assert laddered.run_follow_ups() == []
    assert len(laddered.published()) == 6


def _counts(service: PiecesService, **options: Any) -> dict[str, Any]:
    return service.read_as_staff("/missing-pieces/counts", **options)


def _number(service: PiecesService, **options: Any) -> int:
    """As the job counts it now; the list says the same."""
    service.run_job("count-incomplete")
    listed = len(_listed(service, f"limit={LARGEST_PAGE}", **options)["items"])
    number = sum(item["candidatures"] or 0 for item in _counts(service, **options)["items"])
    assert number == listed
    return number


def test_what_a_piece_goes_through_is_counted_as_the_list_has_it(service: PiecesService) -> None:
    service.with_ladder().handle_events(registration_saved(pieces=(IDENTITY,)))
    assert _number(service) == 1
    service.deposit("NATIDE06")
    assert _number(service) == 1, "it is not handed over"
    service.validate("NATIONALITE")
    assert _number(service) == 0
    for status, number in (("received", 0), ("compliant", 0), ("non_compliant", 1)):
        assert service.control("NATIDE06", status).status_code == 200
        assert _number(service) == number, status
    service.deposit("NATIDE06")
    assert _number(service) == 1, "sent again, not handed over"
    with service.app.app_context(), db.operation() as transaction:
        transaction.execute(update(Deposit).values(scan=Scan.INFECTED))
    assert _number(service) == 1, "an infected file is none"
    assert not _listed(service)["items"][0]["missing"][0]["pieces"][0]["to_validate"]


def test_sessions_have_their_number_and_the_days_left_within_the_académies(
    laddered: PiecesService,
) -> None:
    laddered.handle_events(events.window_changed(1, academie="20"))
    laddered.handle_events(*of_others(3, academie=AMIENS))
    laddered.handle_events(withdrawn(candidature_id=f"dead{0:028}"))
    [before] = _counts(laddered)["items"]
    assert (before["candidatures"], _counts(laddered)["counted_at"]) == (None, None), (
        "nothing is counted yet"
    )
    numbers = {
        academies: _number(laddered, academies=academies) for academies in (("03",), ("20",), None)
    }
    assert numbers == {("03",): 1, ("20",): 2, None: 3}
    assert _counts(laddered, academies=("06",))["items"] == []
    laddered.handle_events(registration_saved(version=2, pieces=()))
    with laddered.app.app_context(), stopping_answered_by(lambda: True):
        record_incomplete_counts()
    [session] = _counts(laddered)["items"]
    assert (session["label"], session["days_left"]) == ("BTS 2022", 26)
    assert session["candidatures"] == 1, "a count that is stopped half way is not recorded"
    [session] = _counts(laddered.move_to(LAST_DAY))["items"]
    assert session["days_left"] == 0
    assert _counts(laddered.move_to(CLOSES + timedelta(seconds=1)))["items"] == []


def test_registrations_is_told_what_pieces_are_at(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[str | None]:
        states = service.published(PiecesStateChanged.TYPE)
        numbers = [state["number"] for state in states]
        assert numbers == sorted(set(numbers)), "each is newer than the one before"
        return [state["state"] for state in states]

    service.registered()
    assert told() == ["missing"]
    for code in CODES:
        service.deposit(code)
    assert (told()[1], told()[-1]) == ("missing", "to_validate")
    service.delete("NATIDE06")
    assert told()[-1] == "missing"
    service.deposit("NATIDE06")
    for group in service.groups():
        service.validate(group["code"])
    assert told()[-1] == "complete"
    service.control("NATIDE06", "non_compliant")
    assert told()[-1] == "missing"
    service.handle_events(*of_others(5))
    monkeypatch.setattr(candidature_states, "PAGE", 2)
    with service.app.app_context():
        assert tell_all_states() == 6
    told_again = service.published(PiecesStateChanged.TYPE)[-6:]
    assert len({event["candidature_id"] for event in told_again}) == 6, (
        "each once, a page at a time"
    )


def test_a_state_told_later_is_newer_whatever_the_clock_says(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines tell, or one whose clock is set back."""
    service.registered()
    earlier = system_now() - timedelta(hours=1)
    monkeypatch.setattr(candidature_states, "system_now", lambda: earlier)
    service.deposit("NATIDE06")
    service.delete("NATIDE06")
    numbers = [state["number"] for state in service.published(PiecesStateChanged.TYPE)]
    assert len(numbers) == 3
    assert numbers == sorted(set(numbers))


def test_states_told_after_a_restore_are_newer_than_those_told_before_it(
    service: PiecesService,
) -> None:
    """The counter is an old one then: `tell-states` would be heard by nobody."""
    service.registered()
    [before] = service.published(PiecesStateChanged.TYPE)
    with service.app.app_context(), db.operation() as transaction:
        transaction.execute(update(Candidature).values(state_number=0))
    assert service.run_command("tell-states").exit_code == 0
    after = service.published(PiecesStateChanged.TYPE)[-1]
    assert after["number"] > before["number"]


def _run_at(service: PiecesService, instant: datetime) -> int:
    """How many reminders there are once the job has run at that instant, twice."""
    service.move_to(instant)
    for _ in range(2):
        service.run_job("remind")
    return len(service.published())


def test_each_rung_reminds_once_from_nine_o_clock_of_its_day_on(laddered: PiecesService) -> None:
    for number, rung in enumerate((SEVEN_DAYS, TWO_DAYS, LAST_DAY)):
        counts = [
            _run_at(laddered, instant)
            for instant in (rung - SECOND, rung, rung + timedelta(hours=9))
        ]
        assert counts == [number, number + 1, number + 1]
    assert _run_at(laddered, CLOSES) == 3, "the deposit is closed"


def test_the_mail_is_of_all_that_is_missing_with_its_last_day(laddered: PiecesService) -> None:
    laddered.deposit("NATIDE06")
    laddered.deposit("CINSIG03")
    laddered.validate("CONFIRMATION")
    _run_at(laddered, SEVEN_DAYS)
    [event] = laddered.published()
    assert event["candidate_id"] == CANDIDATE
    missing = sorted(set(CODES) - {"CINSIG03"})
    assert sorted(missing_codes(event)) == missing, (
        "neither what is handed over nor the optional one"
    )
    [candidature] = event["candidatures"]
    pieces = [piece for group in candidature["groups"] for piece in group["pieces"]]
    assert [piece["code"] for piece in pieces if piece["to_validate"]] == ["NATIDE06"]
    assert {group["deposit_closes"] for group in candidature["groups"]} == {
        "2021-10-31T23:00:00+00:00"
    }


def test_a_deposit_between_two_rungs_ends_the_reminders(laddered: PiecesService) -> None:
    assert _run_at(laddered, SEVEN_DAYS) == 1
    for code in CODES:
        assert laddered.deposit(code).status_code == 201
    assert _run_at(laddered, TWO_DAYS) == 1
    for group in laddered.groups():
        assert laddered.validate(group["code"]).status_code == 200
    assert _run_at(laddered, LAST_DAY) == 1


def test_a_refused_piece_is_missing_until_it_is_sent_again_and_has_its_own_ladder(
    laddered: PiecesService,
) -> None:
    laddered.handle_events(registration_saved(version=2, pieces=(IDENTITY,)))
    laddered.deposit("NATIDE06")
    laddered.control("NATIDE06", "non_compliant", comment="Floue.", resubmit_until="2021-11-09")
    assert _run_at(laddered, LAST_DAY) == 0, "its own end is nine days later"
    assert _run_at(laddered, datetime(2021, 11, 2, HOUR, tzinfo=PARIS)) == 1
    [event] = laddered.published()
    assert missing_codes(event) == ["NATIDE06"]
    [group] = event["candidatures"][0]["groups"]
    assert group["deposit_closes"] == "2021-11-09T23:00:00+00:00"
    assert (group["pieces"][0]["refused"], group["pieces"][0]["comment"]) == (True, "Floue.")
    laddered.deposit("NATIDE06")
    assert _run_at(laddered, datetime(2021, 11, 7, HOUR, tzinfo=PARIS)) == 1


def test_an_extended_deposit_has_a_ladder_of_its_own(laddered: PiecesService) -> None:
    assert _run_at(laddered, LAST_DAY) == 1
    laddered.with_ladder(revision=2, closes=CLOSES + timedelta(days=10))
    assert _run_at(laddered, LAST_DAY + timedelta(hours=1)) == 1
    assert _run_at(laddered, LAST_DAY + timedelta(days=3)) == 2, "seven days before the new end"


def test_two_candidatures_of_one_candidate_are_one_mail(laddered: PiecesService) -> None:
    laddered.handle_events(registration_saved(candidature_id="cafe" + "2" * 28, pieces=(IDENTITY,)))
    laddered.handle_events(registration_saved(candidature_id="cafe" + "3" * 28, candidate_id=OTHER))
    assert _run_at(laddered, SEVEN_DAYS) == 2
    assert sorted(len(event["candidatures"]) for event in laddered.published()) == [1, 2]
    laddered.handle_events(withdrawn(), withdrawn(1, "cafe" + "2" * 28))
    assert _run_at(laddered, TWO_DAYS) == 3, "those of who withdrew are not reminded of"


def test_a_job_that_is_stopped_goes_on_where_it_stood(
    laddered: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incomplete_candidatures, "PAGE", 3)
    laddered.handle_events(*of_others(5))
    laddered.move_to(SEVEN_DAYS)
    answers = iter([False])
    with stopping_answered_by(lambda: next(answers, True)):
        laddered.run_job("remind")
    assert len(laddered.published()) == 3, "it stopped after a page"
    assert _run_at(laddered, SEVEN_DAYS + timedelta(minutes=5)) == 6
    assert len({event["candidate_id"] for event in laddered.published()}) == 6
