"""The feed of changes: everything that happened, once and in an order that no reader misses any
of."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from services.clock import system_now
from services.pieces.models import Change, Control, Piece, db
from services.pieces.operations import change_numbering
from services.pieces.queries.changes import BEGINNING, CHANGES_RETENTION, Place, place_of
from tests.documents.example_events import CANDIDATURE, withdrawn
from tests.pieces import sample_files
from tests.pieces.example_events import AMIENS, DURING, OTHER, registration_saved
from tests.pieces.pieces_service import STAFF, PiecesService
from tests.support.processes import wait_until
from tests.support.service_worker import somebody_waits

EVERYTHING = ["NATIDE06 deposited", "NATIDE06 removed", "NATIDE06 deposited", "NATIDE06 validated"]


def read(
    service: PiecesService, after: str | None = None, limit: int = 100, **options: Any
) -> dict[str, Any]:
    return service.read_as_staff(
        f"/changes?limit={limit}" + (f"&after={after}" if after else ""), **options
    )


def kinds(page: dict[str, Any]) -> list[str]:
    return [f"{item['code'] or '-'} {item['kind']}" for item in page["items"]]


@pytest.mark.engines("sqlite", "postgresql")
def test_each_act_is_a_change_in_its_order(service: PiecesService) -> None:
    beginning = read(service)["next_cursor"]
    _deposit_twice_and_validate(service)
    service.control("NATIDE06", "compliant")
    service.deposit("CINSIG03")
    service.delete("CINSIG03")
    service.handle_events(withdrawn(version=1))
    page = read(service)
    assert kinds(page) == [
        *EVERYTHING,
        "NATIDE06 controlled",
        "CINSIG03 deposited",
        "CINSIG03 removed",
        "- withdrawn",
    ]
    first, *_, last = page["items"]
    assert (first["numero_candidat"], first["candidature_id"]) == ("02103000001", CANDIDATURE)
    assert last["piece_id"] is None
    assert not page["has_more"]
    assert read(service, beginning) == page, "who began before the first change misses none"


def _deposit_twice_and_validate(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    service.deposit("NATIDE06", sample_files.image(), "a.png")
    service.validate("NATIONALITE")


def test_pages_follow_each_other_and_stay_the_same(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    _deposit_twice_and_validate(service)
    pages = [read(service, limit=3)]
    assert pages[0]["has_more"]
    pages.append(read(service, pages[0]["next_cursor"], limit=3))
    assert [kinds(page) for page in pages] == [EVERYTHING[:3], EVERYTHING[3:]]
    assert read(service, limit=3) == pages[0]
    assert (
        read(service, pages[0]["items"][0]["cursor"])["items"]
        == pages[0]["items"][1:] + pages[1]["items"]
    )
    end = pages[1]["next_cursor"]
    assert read(service, end) == {"items": [], "next_cursor": end, "has_more": False}
    assert service.staff("GET", "/changes?after=x").status_code == 422
    monkeypatch.setattr(change_numbering, "NUMBERED_AT_ONCE", 2)
    for code in (
        "CINSIG03",
        "BTSETAS4",
        "BTSEE-EF3",
    ):  # that nobody read: they are numbered in steps
        service.deposit(code)
    first = read(service, end)
    assert (len(first["items"]), first["has_more"]) == (2, True)
    assert kinds(read(service, first["next_cursor"])) == ["BTSEE-EF3 deposited"]


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("holds", ["the lower number", "the higher number"])
def test_what_is_committed_late_is_read_late_and_not_missed(
    registered: PiecesService, holds: str
) -> None:
    """Two transactions; the one that wrote first is committed last, or the other way round."""
    registered.deposit("NATIDE06")
    before = read(registered)["next_cursor"]
    with registered.app.app_context(), Session(db.engine) as open_transaction:
        if holds == "the higher number":
            registered.deposit("CINSIG03")
        piece_id = open_transaction.scalars(select(Piece.id).where(Piece.code == "NATIDE06")).one()
        control = Control(
            piece_id=piece_id, status="received", staff_id=STAFF, controlled_at=DURING
        )
        open_transaction.add(control)  # as any version of the service writes it
        open_transaction.flush()
        if holds == "the lower number":
            registered.deposit("CINSIG03")
        page = read(registered, before)
        assert kinds(page) == ["CINSIG03 deposited"]
        assert read(registered, page["next_cursor"])["items"] == []
        open_transaction.commit()
    assert kinds(read(registered, page["next_cursor"])) == ["NATIDE06 controlled"]
    assert kinds(read(registered, before)) == ["CINSIG03 deposited", "NATIDE06 controlled"]


@pytest.mark.engines("postgresql")
def test_two_readers_at_once_number_each_change_once(registered: PiecesService) -> None:
    """Whoever comes while another numbers waits for the other's commit, and numbers what is
    left."""
    registered.deposit("NATIDE06")
    registered.deposit("CINSIG03")
    with registered.app.app_context(), Session(db.engine) as other, ThreadPoolExecutor(1) as thread:
        other.execute(text("UPDATE change_counter SET last = 1"))
        other.execute(
            text("UPDATE changes SET position = 1, numbered_at = now() WHERE code = 'CINSIG03'")
        )
        reader = thread.submit(read, registered)
        wait_until(lambda: somebody_waits(db), 30.0, "the reader waits")
        other.commit()
        assert kinds(reader.result()) == ["CINSIG03 deposited", "NATIDE06 deposited"]


def test_a_reader_sees_the_academies_of_their_token_alone(registered: PiecesService) -> None:
    registered.handle_events(
        registration_saved(candidature_id="cafe" * 8, candidate_id=OTHER, academie=AMIENS)
    )
    registered.deposit("NATIDE06")
    registered.upload(
        registered.piece("CINSIG03", "cafe" * 8, OTHER)["id"], sample_files.pdf(), "a.pdf", by=OTHER
    )
    registered.deposit("BTSETAS4")
    assert kinds(read(registered)) == ["NATIDE06 deposited", "BTSETAS4 deposited"]
    assert kinds(read(registered, academies=("20",))) == ["CINSIG03 deposited"]
    assert read(registered, academies=("10",))["items"] == []
    together = ["NATIDE06 deposited", "CINSIG03 deposited", "BTSETAS4 deposited"]
    assert kinds(read(registered, academies=("20", "03"))) == together
    assert kinds(read(registered, academies=None)) == together


def test_a_cursor_whose_next_may_be_gone_is_refused_and_one_of_a_quiet_academie_is_not(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    beginning = read(service)["next_cursor"]
    service.registered().deposit("NATIDE06")
    old = read(service)["next_cursor"]
    service.deposit("CINSIG03")
    latest = read(service, old)["next_cursor"]
    elsewhere = read(service, academies=("20",))["next_cursor"]
    later = (
        system_now() + CHANGES_RETENTION + timedelta(hours=1)
    )  # all that is numbered today is too old
    with service.app.app_context(), monkeypatch.context() as patched:
        patched.setattr(change_numbering, "system_now", lambda: later)
        change_numbering.purge_changes()
    for cursor in (beginning, old):
        answer = service.staff("GET", f"/changes?after={cursor}")
        assert (answer.status_code, answer.get_json()["type"]) == (410, "/problems/curseur-perime")
    assert kinds(read(service)) == ["CINSIG03 deposited"]
    assert read(service, latest)["items"] == []
    service.deposit("BTSETAS4")
    assert read(service, elsewhere, academies=("20",))["items"] == []
    assert kinds(read(service, elsewhere)) == ["BTSETAS4 deposited"], (
        "the place moves on with what others have"
    )


def test_after_a_restore_no_cursor_of_the_lost_time_is_taken_for_another(
    deposited: PiecesService,
) -> None:
    read(deposited)
    deposited.deposit("CINSIG03")
    lost = read(deposited)["next_cursor"]
    with (
        deposited.app.app_context(),
        db.operation() as transaction,
    ):  # as of the backup, before the second deposit was read
        transaction.execute(delete(Change).where(Change.position == 2))
        transaction.execute(text("UPDATE change_counter SET last = 1"))
    deposited.deposit("BTSETAS4")
    read(deposited)
    assert deposited.staff("GET", f"/changes?after={lost}").status_code == 410


def test_a_cursor_names_the_place_that_gave_it_and_what_is_none_no_place() -> None:
    last = 2**62 - 1
    instant = DURING.isoformat()
    naive = datetime(2021, 10, 5).isoformat()
    for place in (BEGINNING, Place(1, DURING), Place(last, DURING)):
        assert place_of(place.cursor) == place
    numbers: list[tuple[object, ...]] = [
        (),
        (1, None),
        (-1, None),
        (-1, instant),
        (True, instant),
        (0, instant),
    ]
    impossible = [*numbers, (last + 1, instant), (1, naive), (1, 5), ("1", instant)]
    cursors = [
        base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
        for parts in impossible
    ]
    for cursor in (*cursors, "x", "é", "\0", "W" * 5000, "W" * 100_000):
        assert place_of(cursor) is None, cursor[:40]
