"""Gestionnaires and their tools list who lacks pieces in their académies, count them, and remind them."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.chassis.tasks.registry import stopping_answered_by
from services.contracts.page_sizes import LARGEST_PAGE
from services.contracts.piece_rules import Scan
from services.contracts.pieces import PiecesStateChanged
from services.pieces.models import Deposit, db
from services.pieces.operations import candidature_states, reminders
from services.pieces.operations.candidature_states import tell_all_states
from services.pieces.operations.reminders import record_incomplete_counts
from services.pieces.queries import incomplete_candidatures, missing_pieces_list
from tests.documents.example_events import CANDIDATURE
from tests.pieces.example_events import (
    CLOSES,
    IDENTITY,
    OTHER,
    academie,
    of_others,
    registration_saved,
    registration_withdrawn,
    window_changed,
)
from tests.pieces.ladder import LAST_DAY, missing_codes, published, with_ladder
from tests.pieces.pieces_service import PiecesService

AMIENS = "cafe" + "a" * 28
THERE = academie("20", "ACADÉMIE D'AMIENS")
CODES = ("CINSIG03", "NATIDE06", "BTSETAS4", "BTSEE-EF3", "BTSLIVCOMP")


def _listed(service: PiecesService, query: str = "", **options: Any) -> dict[str, Any]:
    return service.read_as_staff(f"/missing-pieces?{query}", **options)


def _ids(page: dict[str, Any]) -> list[str]:
    return [item["candidature"]["id"] for item in page["items"]]


def _remind(service: PiecesService, body: dict[str, Any], **options: Any) -> dict[str, str]:
    answer = service.staff("POST", "/reminders", json=body, **options)
    assert answer.status_code == 200, answer.text
    return {result["candidature"]: result["outcome"] for result in answer.get_json()["results"]}


def test_the_list_says_what_is_missing_and_how_many_days_are_left(laddered: PiecesService) -> None:
    laddered.deposit("NATIDE06")
    page = _listed(laddered)
    [item] = page["items"]
    assert item["candidature"]["numero_candidat"] == "02103000001"
    to_validate = {piece["code"]: piece["to_validate"] for part in item["missing"] for piece in part["pieces"]}
    assert to_validate == {code: code == "NATIDE06" for code in CODES}
    assert {part["days_left"] for part in item["missing"]} == {26}
    assert item["last_reminder"] is None
    assert page["sessions"] == [{"exam": "BTS", "session": "2022", "label": "BTS 2022"}]
    assert _listed(laddered.move_to(LAST_DAY))["items"][0]["missing"][0]["days_left"] == 0
    assert _listed(laddered.move_to(CLOSES))["items"] == []


def test_the_list_is_filtered_by_session_spécialité_and_regroupement(laddered: PiecesService) -> None:
    [item] = _listed(laddered, "exam=BTS&session=2022&regroupement=NATIONALITE")["items"]
    assert [part["regroupement"]["code"] for part in item["missing"]] == ["NATIONALITE"]
    laddered.deposit("NATIDE06")
    assert _listed(laddered, "regroupement=NATIONALITE")["items"]
    laddered.validate("NATIONALITE")
    assert _listed(laddered, "specialite=Banque - conseiller de clientèle (31310)")["items"]
    assert _listed(laddered, f"candidature=unknown,{CANDIDATURE}")["items"]
    for query in ("regroupement=NATIONALITE", "session=2021", "exam=DCG", "specialite=Banque", "candidature=unknown"):
        assert _listed(laddered, query)["items"] == []


def test_pages_follow_their_cursor_over_openings(laddered: PiecesService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incomplete_candidatures, "PAGE", 3)
    laddered.handle_events(window_changed(1, academie="20"))
    others = of_others(14, pieces=(IDENTITY,))
    laddered.handle_events(*others[::2], *(dataclasses.replace(other, academie=THERE) for other in others[1::2]))
    listed_ids: list[str] = []
    query: str | None = "limit=5"
    while query is not None:
        page = _listed(laddered, query, academies=("03", "20"))
        assert len(page["items"]) <= 5
        listed_ids += _ids(page)
        query = page["next_cursor"] and f"limit=5&cursor={page['next_cursor']}"
    assert len(listed_ids) == len(set(listed_ids)) == len(others) + 1
    assert len(_ids(_listed(laddered, academies=("20",)))) == len(others) // 2
    assert laddered.staff("GET", "/missing-pieces?cursor=bm9u").status_code == 422


def test_of_another_académie_nothing_is_seen_and_nobody_reminded(laddered: PiecesService) -> None:
    assert _listed(laddered, academies=("20",)) == {"items": [], "next_cursor": None, "sessions": []}
    assert laddered.staff("GET", "/missing-pieces?academie=03", academies=("20",)).status_code == 404
    outcomes = _remind(laddered, {"candidatures": [CANDIDATURE, "unknown"]}, academies=("20",))
    assert outcomes == {CANDIDATURE: "not_found", "unknown": "not_found"}
    assert published(laddered) == []


def test_a_selection_is_reminded_once_a_day(laddered: PiecesService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incomplete_candidatures, "PAGE", 2)
    complete, withdrawn = "cafe" + "b" * 28, "cafe" + "c" * 28
    laddered.handle_events(registration_saved(candidature_id=complete, candidate_id=OTHER, pieces=()))
    laddered.handle_events(registration_saved(candidature_id=withdrawn, candidate_id=OTHER))
    laddered.handle_events(registration_withdrawn(candidature_id=withdrawn))
    selection = {"candidatures": [CANDIDATURE, complete, withdrawn]}
    expected = {CANDIDATURE: "sent", complete: "nothing_missing", withdrawn: "not_found"}
    assert _remind(laddered, selection) == expected
    assert _remind(laddered, selection) == {**expected, CANDIDATURE: "already_reminded_today"}
    [event] = published(laddered)
    assert sorted(missing_codes(event)) == sorted(CODES)
    assert ("staff", "candidature.reminded") in laddered.audit_trail()
    [item] = _listed(laddered)["items"]
    assert item["last_reminder"].startswith("2021-10-05T")

    laddered.move_to(laddered.now + timedelta(days=1))
    assert _remind(laddered, selection)[CANDIDATURE] == "sent"
    laddered.move_to(LAST_DAY).run_job("remind")
    assert _remind(laddered, selection)[CANDIDATURE] == "already_reminded_today", "by the ladder"
    assert laddered.staff("POST", "/reminders", json={}).status_code == 422


def test_a_whole_list_is_counted_and_reminded_in_pages(
    laddered: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "LARGEST_PAGE", 2)
    monkeypatch.setattr(incomplete_candidatures, "PAGE", 2)
    monkeypatch.setattr(missing_pieces_list, "MOST_LOOKED_AT", 2)  # pages with nobody to remind, and a cursor
    laddered.handle_events(*of_others(5, pieces=(IDENTITY,)))
    for number in range(5):
        own = {"candidature_id": f"{number:032}", "candidate_id": f"beef{number:028}"}
        laddered.handle_events(registration_saved(pieces=(), **own))
    _remind(laddered, {"candidatures": [CANDIDATURE]})
    whole = {"candidatures": 6, "reminded": 1, "mails": 5, "is_complete": True}
    assert laddered.read_as_staff("/missing-pieces/whole-list") == whole
    assert laddered.read_as_staff("/missing-pieces/whole-list?session=2021")["candidatures"] == 0
    path = "/reminders/whole-list"
    assert laddered.staff("POST", path, json={"academie": "03"}, academies=("20",)).status_code == 404
    assert laddered.call("POST", path, json={}).status_code == 403
    assert laddered.staff("POST", path, json={"session": "2022"}).status_code == 204
    assert len(published(laddered)) == 1, "nobody else yet"
    laddered.run_follow_ups()
    assert len(published(laddered)) == 6
    assert laddered.read_as_staff("/missing-pieces/whole-list") == {**whole, "reminded": 6, "mails": 0}


CODE = "NATIDE06"


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
    only = tuple(piece for piece in registration_saved().pieces if piece.code == CODE)
    with_ladder(service).handle_events(registration_saved(pieces=only))
    assert _number(service) == 1
    service.deposit(CODE)
    assert _number(service) == 1, "it is not handed over"
    service.validate("NATIONALITE")
    assert _number(service) == 0
    for status, number in (("received", 0), ("compliant", 0), ("non_compliant", 1)):
        assert service.control(CODE, status=status, comment="Illisible").status_code == 200
        assert _number(service) == number, status
    service.deposit(CODE)
    assert _number(service) == 1, "sent again, not handed over"
    with service.app.app_context(), db.operation() as session:
        session.execute(update(Deposit).values(scan=Scan.INFECTED))
    assert _number(service) == 1, "an infected file is none"
    assert not _listed(service)["items"][0]["missing"][0]["pieces"][0]["to_validate"]


def test_sessions_have_their_number_and_the_days_left_within_the_académies(laddered: PiecesService) -> None:
    laddered.handle_events(window_changed(1, academie="20"))
    laddered.handle_events(*of_others(3, academie=THERE))
    laddered.handle_events(registration_withdrawn(candidature_id=f"dead{0:028}"))
    [before] = _counts(laddered)["items"]
    assert (before["candidatures"], _counts(laddered)["counted_at"]) == (None, None), "nothing is counted yet"
    numbers = {academies: _number(laddered, academies=academies) for academies in (("03",), ("20",), None)}
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


def test_registrations_is_told_what_pieces_are_at(service: PiecesService, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> list[str | None]:
        events = published(service, PiecesStateChanged.TYPE)
        numbers = [event["number"] for event in events]
        assert numbers == sorted(set(numbers)), "each is newer than the one before"
        return [event["state"] for event in events]

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
    events = published(service, PiecesStateChanged.TYPE)[-6:]
    assert len({event["candidature_id"] for event in events}) == 6, "each once, a page at a time"
