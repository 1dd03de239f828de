"""What the control desk of gestionnaires asks of pieces: what waits, the pages of a file, the pieces beside one."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from services.contracts.piece_rules import PAGE_SIDE
from services.pieces.dependencies import dependencies
from services.pieces.inspection.inspections import MAX_WAITING_PICTURES_OF_ONE, Inspections
from services.pieces.queries import staff_list
from tests.pieces import sample_files
from tests.pieces.example_events import DURING
from tests.pieces.pieces_service import STAFF, PiecesService
from tests.support.processes import wait_until

WAITING = "status=none&deposited=true"


def page(service: PiecesService, number: int = 1, code: str = "NATIDE06", **options: Any) -> TestResponse:
    return service.staff("GET", f"/pieces/{service.piece(code)['id']}/pages/{number}", **options)


def queue(service: PiecesService) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.read_as_staff("/control-queue")["items"]
    return items


def test_what_waits_is_counted_by_regroupement_with_its_oldest_file(deposited: PiecesService) -> None:
    deposited.now = DURING + timedelta(hours=1)
    deposited.deposit("BTSLIVCOMP", sample_files.image(), "a.png")
    deposited.deposit("BTSPRESENT-BQ")
    deposited.validate("NATIONALITE")
    identity, dossier = queue(deposited)
    assert (identity["regroupement"], identity["number"], identity["validated"]) == ("NATIONALITE", 1, 1)
    assert (dossier["regroupement_label"], dossier["number"], dossier["validated"]) == ("Dossier épreuve", 2, 0)
    assert identity["oldest"] < dossier["oldest"]
    assert identity["session_label"] == "BTS 2022"
    deposited.deposit("BTSEE-EF3")
    assert deposited.validate("DOSSIER").status_code == 200
    counted = [(item["number"], item["validated"]) for item in queue(deposited)]
    assert counted == [(1, 1), (3, 3)]


def test_what_was_refused_and_came_again_is_counted_and_listed_apart(service: PiecesService) -> None:
    for code in ("NATIDE06", "CINSIG03"):
        service.registered().deposit(code)
    assert [item["sent_again"] for item in queue(service)] == [0, 0]
    service.control("NATIDE06", "non_compliant", comment="Illisible")
    assert [item["regroupement"] for item in queue(service)] == ["CONFIRMATION"]
    service.deposit("NATIDE06", sample_files.image(), "a.png")
    counted = {item["regroupement"]: (item["number"], item["sent_again"]) for item in queue(service)}
    assert counted == {"CONFIRMATION": (1, 0), "NATIONALITE": (1, 1)}
    assert service.listed_codes(f"{WAITING}&sent_again=true") == ["NATIDE06"]
    assert service.listed_codes(f"{WAITING}&sent_again=false") == ["CINSIG03"]


def test_what_is_received_with_a_file_or_on_paper_still_waits_apart(service: PiecesService) -> None:
    for code in ("NATIDE06", "CINSIG03"):
        service.registered().deposit(code)
    service.control("NATIDE06", "received")
    service.control("BTSETAS4", "received")
    counted = {item["regroupement"]: (item["number"], item["sent_again"], item["received"]) for item in queue(service)}
    assert counted == {"CONFIRMATION": (1, 0, 0), "NATIONALITE": (0, 0, 1), "CONDITIONS": (0, 0, 1)}
    assert all(item["oldest"] for item in queue(service)), "without a file, when it was received"
    before = queue(service)
    service.move_to(service.now + timedelta(days=1))
    service.control("BTSETAS4", "compliant")
    service.take_back("BTSETAS4")
    assert queue(service) == before, "what was taken back does not count"
    service.control("NATIDE06", "compliant")
    service.control("BTSETAS4", "non_compliant")
    assert [item["regroupement"] for item in queue(service)] == ["CONFIRMATION"]


def test_each_page_of_a_file_is_a_picture_large_enough_to_read(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06", sample_files.pdf(pages=2))
    assert service.piece_for_staff("NATIDE06")["deposit"]["pages"] == 2
    answer = page(service)
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with Image.open(io.BytesIO(answer.data)) as image:
        assert max(image.size) == PAGE_SIDE
    assert service.audit_trail()[-1] == ("staff", "deposit.opened")
    assert [page(service, number).status_code for number in (0, 1, 2, 3)] == [404, 200, 200, 404]
    assert page(service, academies=("20",)).status_code == 404
    service.deposit("NATIDE06", sample_files.image("JPEG"), "a.jpg")
    assert [page(service, number).status_code for number in (0, 1, 2)] == [404, 200, 404]
    service.deposit("NATIDE06", sample_files.mp4(), "a.mp4")
    film = page(service)
    assert (film.status_code, film.get_json()["type"]) == (415, "/problems/apercu-impossible")


def test_a_page_loaded_ahead_is_told_apart_from_one_that_is_shown(deposited: PiecesService) -> None:
    piece = deposited.piece_for_staff("NATIDE06")
    ahead = deposited.staff("GET", f"/pieces/{piece['id']}/pages/1?ahead=true")
    assert (ahead.status_code, deposited.audit_trail()[-1]) == (200, ("staff", "deposit.loaded_ahead"))
    assert opened_by_others(deposited) == [], "nobody has looked"
    body = {"deposit_id": piece["deposit"]["id"], "page": 1}
    opening = deposited.staff("POST", f"/pieces/{piece['id']}/openings", json=body)
    assert (opening.status_code, deposited.audit_trail()[-1]) == (204, ("staff", "deposit.opened"))
    assert opened_by_others(deposited) == [STAFF]
    deposited.deposit("CINSIG03")
    before, path = deposited.audit_trail(), f"/pieces/{piece['id']}/openings"
    assert deposited.staff("POST", path, json=body, academies=("20",)).status_code == 404
    wrong = {**body, "deposit_id": deposited.piece_for_staff("CINSIG03")["deposit"]["id"]}
    assert deposited.staff("POST", path, json=wrong).status_code == 404, "another piece's file"
    assert deposited.audit_trail() == before


def opened_by_others(service: PiecesService) -> list[str]:
    """Who else has the file open, as a colleague reads it."""
    piece = service.read_as_staff(f"/pieces/{service.piece('NATIDE06')['id']}", by="0")
    return [opening["staff_id"] for opening in piece["recent_openings"]]


def test_a_piece_comes_with_its_neighbours_in_the_list(service: PiecesService, monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ("BTSLIVCOMP", "CINSIG03", "NATIDE06"):
        service.registered().deposit(code)
    path = f"/pieces/{service.piece('BTSLIVCOMP')['id']}?{WAITING}&neighbours=true"
    assert service.read_as_staff(path)["neighbours"]["left"] == 2
    monkeypatch.setattr(staff_list, "COUNTED", 1)
    assert service.read_as_staff(path)["neighbours"]["left"] is None, "counted as far as lists are"
    assert beside(service, "CINSIG03", WAITING) == ("BTSLIVCOMP", "NATIDE06")
    assert beside(service, "BTSLIVCOMP", WAITING) == (None, "CINSIG03")
    service.control("CINSIG03", "compliant")
    assert beside(service, "CINSIG03", WAITING) == ("BTSLIVCOMP", "NATIDE06"), "though it has left the list"
    place = f"{WAITING}&limit=1&after={service.piece('CINSIG03')['id']}"
    assert service.listed_codes(place) == ["NATIDE06"]
    assert service.staff("GET", f"/pieces?{place}", academies=("20",)).status_code == 404
    assert beside(service, "NATIDE06", WAITING) == ("CINSIG03", None), "what one has just controlled stays beside it"
    assert beside(service, "NATIDE06", WAITING, by="0") == ("BTSLIVCOMP", None), "for oneself"
    assert service.piece_for_staff("NATIDE06")["neighbours"] is None, "not asked for"
    path = f"/pieces/{service.piece('NATIDE06')['id']}?neighbours=true&academie=20"
    assert service.staff("GET", path).status_code == 404, "an académie that is not theirs"


def beside(service: PiecesService, code: str, filters: str, **who: Any) -> tuple[str | None, str | None]:
    """The codes of the pieces before and after."""
    path = f"/pieces/{service.piece(code)['id']}?{filters}&neighbours=true"
    neighbours = service.read_as_staff(path, **who)["neighbours"]
    previous, following = (neighbours[side] and neighbours[side]["code"] for side in ("previous", "following"))
    return previous, following


def test_the_pages_that_one_gestionnaire_asks_for_keep_nobody_else_waiting(deposited: PiecesService) -> None:
    pictures = inspections(deposited).pictures
    with ThreadPoolExecutor(MAX_WAITING_PICTURES_OF_ONE) as browser, pictures.place(STAFF):
        asked = [browser.submit(page, deposited) for _ in range(MAX_WAITING_PICTURES_OF_ONE)]
        wait_until(lambda: pictures.waiting == len(asked), 60, "as many as a browser asks for wait")
        assert page(deposited).status_code == 503
        assert page(deposited, by="0").status_code == 200
        assert inspections(deposited).long_looks.waiting == 0, "candidates' files have it for themselves"
    assert [answer.result().status_code for answer in asked] == [200] * len(asked)


def test_copies_are_made_one_at_a_time_and_pages_are_shown_meanwhile(deposited: PiecesService) -> None:
    path = f"/pieces/{deposited.piece('NATIDE06')['id']}/file"
    copies = inspections(deposited).copies
    with ThreadPoolExecutor(1) as tool:
        with copies.place("somebody"):
            copy = tool.submit(deposited.staff, "GET", path)
            wait_until(lambda: copies.waiting == 1, 60, "the copy waits for its turn")
            assert page(deposited).status_code == 200
        assert copy.result().status_code == 200


def test_candidates_files_have_their_turn_between_the_pages_of_a_copy(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.registered().deposit("NATIDE06", sample_files.pdf(pages=3), "pièce.pdf")
    own, freed = inspections(service), []
    convert = own.convert

    def noted(*given: Any, **arguments: Any) -> bytes:
        freed.append(own.long_looks.taken() == 0)
        return convert(*given, **arguments)

    monkeypatch.setattr(own, "convert", noted)
    path = f"/pieces/{service.piece('NATIDE06')['id']}/file"
    assert service.staff("GET", path).status_code == 200
    assert freed == [True] * 5, "three pages, the end of the file, the whole copy"


def inspections(service: PiecesService) -> Inspections:
    with service.app.app_context():
        return dependencies().inspections
