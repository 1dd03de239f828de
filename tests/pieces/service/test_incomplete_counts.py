"""How many candidatures lack pieces, counted by a job, is what the list of them comes to, whatever their pieces went
through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.chassis.jobs.registry import stopping_answered_by
from services.contracts.page_sizes import LARGEST_PAGE
from services.pieces.domain.statuses import Scan
from services.pieces.jobs import jobs
from services.pieces.models import Deposit, db
from services.pieces.operations.incomplete_counts import record_incomplete_counts
from services.pieces.queries import incomplete_counts
from tests.pieces.example_events import CLOSES, academie, registration_saved, registration_withdrawn, window_changed
from tests.pieces.ladder import LAST_DAY, with_ladder
from tests.pieces.pieces_service import PiecesService

CODE = "NATIDE06"


@pytest.fixture
def laddered(service: PiecesService) -> PiecesService:
    return with_ladder(service.registered())


def _counts(service: PiecesService, **options: Any) -> dict[str, Any]:
    answer = service.staff("GET", "/missing-pieces/counts", **options)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def _number(service: PiecesService, **options: Any) -> int:
    """As the job counts it now; the list says the same."""
    with service.app.app_context():
        jobs["count-incomplete"].run()
    listed = len(service.staff("GET", f"/missing-pieces?limit={LARGEST_PAGE}", **options).get_json()["items"])
    number = sum(item["candidatures"] or 0 for item in _counts(service, **options)["items"])
    assert number == listed
    return number


def test_a_count_that_is_stopped_half_way_is_not_recorded(laddered: PiecesService) -> None:
    assert _number(laddered) == 1
    laddered.deposit(CODE)
    with laddered.app.app_context(), stopping_answered_by(lambda: True):
        record_incomplete_counts()
    assert sum(item["candidatures"] for item in _counts(laddered)["items"]) == 1, "as it was counted before"


def test_what_a_piece_goes_through_is_counted_as_the_list_has_it(service: PiecesService) -> None:
    only = tuple(piece for piece in registration_saved().pieces if piece.code == CODE)
    with_ladder(service).handle_events(registration_saved(pieces=only))
    assert _number(service) == 1
    service.deposit(CODE)
    assert _number(service) == 0
    _set_scan(service, Scan.INFECTED)
    assert _number(service) == 1, "an infected file is none"
    service.deposit(CODE)
    for status, number in (("received", 0), ("non_compliant", 1), ("compliant", 0), ("non_compliant", 1)):
        assert service.control(CODE, status=status, comment="Illisible").status_code == 200
        assert _number(service) == number, status
    service.deposit(CODE)
    assert _number(service) == 0, "sent again"


def test_sessions_have_their_number_and_the_days_left_within_the_académies(laddered: PiecesService) -> None:
    laddered.handle_events(window_changed(1, academie="20"))
    for number in range(3):
        own = {"candidature_id": f"dead{number:028}", "candidate_id": f"beef{number:028}"}
        laddered.handle_events(registration_saved(academie=academie("20", "ACADÉMIE D'AMIENS"), **own))
    laddered.handle_events(registration_withdrawn(candidature_id=f"dead{0:028}"))
    [before] = _counts(laddered)["items"]
    assert (before["candidatures"], _counts(laddered)["counted_at"]) == (None, None), "nothing is counted yet"
    numbers = {academies: _number(laddered, academies=academies) for academies in (("03",), ("20",), None)}
    assert numbers == {("03",): 1, ("20",): 2, None: 3}
    assert _counts(laddered, academies=("06",))["items"] == []
    [session] = _counts(laddered)["items"]
    assert (session["label"], session["days_left"]) == ("BTS 2022", 26)
    [session] = _counts(laddered.move_to(LAST_DAY))["items"]
    assert session["days_left"] == 0
    assert _counts(laddered.move_to(CLOSES + timedelta(seconds=1)))["items"] == []


def test_many_are_counted_a_page_at_a_time(laddered: PiecesService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incomplete_counts, "PAGE", 2)
    for number in range(6):
        own = {"candidature_id": f"dead{number:028}", "candidate_id": f"beef{number:028}"}
        laddered.handle_events(registration_saved(**own))
    assert _number(laddered) == 7


def test_who_may_not_read_pieces_learns_no_number(laddered: PiecesService) -> None:
    assert laddered.staff("GET", "/missing-pieces/counts", scopes=("candidatures:read",)).status_code == 403


def _set_scan(service: PiecesService, scan: Scan) -> None:
    with service.app.app_context(), db.operation() as session:
        session.execute(update(Deposit).where(Deposit.removed_at.is_(None)).values(scan=scan))
