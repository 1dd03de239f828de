"""Pieces for gestionnaires and their tools: listed, counted, exported, opened, page by page, each
beside others."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.contracts.page_sizes import LARGEST_PAGE
from services.contracts.piece_rules import PAGE_SIDE, STATUS_LABELS
from services.pieces.inspection import inspections
from services.pieces.models import AuditEntry
from services.pieces.queries import staff_list
from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.pieces import sample_files
from tests.pieces.corpus.active_pdfs import ACTIVE_PDFS
from tests.pieces.example_events import AMIENS, DURING, OTHER, registration_saved
from tests.pieces.pieces_service import STAFF, PiecesService
from tests.support.processes import wait_until
from tests.support.service_worker import stored

WAITING = "status=none&deposited=true"


def test_a_list_is_filtered_and_comes_in_pages(deposited: PiecesService) -> None:
    deposited.handle_events(
        registration_saved(candidature_id="cafe" + "2" * 28, numero_candidat="02103000002"),
        registration_saved(candidature_id="cafe" + "3" * 28, academie=AMIENS),
    )
    pages = deposited.read_pages("/pieces")
    ids = [item["id"] for page in pages for item in page["items"]]
    assert len(ids) == len(set(ids)) == 12
    assert [page["total"] for page in pages] == [12, None, None], (
        "counted once, with the first page"
    )

    def count(query: str) -> int:
        return len(
            deposited.read_as_staff(f"/pieces?limit={LARGEST_PAGE}&{query}", academies=None)[
                "items"
            ]
        )

    counts = {
        "academie=20": 6,
        "regroupement=DOSSIER&academie=03": 6,
        "numero_candidat=02103000002": 6,
    }
    counts |= {"session=2022": 18, "session=BTS%202022": 18, "session=2023": 0}
    counts |= {"deposited=true": 1, "status=none": 18, "status=compliant": 0}
    counts |= {
        f"candidate={CANDIDATE}": 18,
        "candidate=nobody": 0,
    }  # the same person's three candidatures
    assert {query: count(query) for query in counts} == counts
    [item] = deposited.read_as_staff("/pieces?deposited=true")["items"]
    assert item["etag"] == deposited.piece_for_staff("NATIDE06")["etag"], "that guards its control"
    assert (item["candidature"]["numero_candidat"], item["candidature"]["nom"]) == (
        "02103000001",
        "DUBOIS",
    )


def test_staff_of_another_academie_find_nothing(validated: PiecesService) -> None:
    own = f"/{validated.piece('NATIDE06')['id']}"
    there = ("20",)
    assert validated.read_as_staff("/pieces", academies=there)["items"] == []
    for path in (
        "?academie=03",
        own,
        f"{own}/file?form=copy",
        f"{own}/file?form=original",
        f"{own}/pages/1",
    ):
        assert validated.staff("GET", f"/pieces{path}", academies=there).status_code == 404, path
    assert validated.control("NATIDE06", "compliant", academies=there).status_code == 404


def open_file(service: PiecesService, query: str = "") -> TestResponse:
    return service.staff("GET", f"/pieces/{service.piece('NATIDE06')['id']}/file{query}")


@pytest.fixture
def acting(service: PiecesService) -> PiecesService:
    """The identity card of the guide's candidature is a PDF with a script, which opens by itself."""
    content, _ = ACTIVE_PDFS["script"]
    service.registered().deposit("NATIDE06", content, "carte.pdf")
    return service


def test_staff_are_told_what_may_act_in_a_file(acting: PiecesService) -> None:
    deposit = acting.piece_for_staff("NATIDE06")["deposit"]
    assert deposit["active_contents"] == ["javascript", "automatic_action"]
    assert deposit["active_contents_label"] == "du code JavaScript, une action automatique"


@pytest.mark.parametrize("query", ["", "?form=copy"])
def test_staff_get_a_copy_in_which_nothing_acts(acting: PiecesService, query: str) -> None:
    copy = open_file(acting, query)
    assert copy.content_type == "application/pdf"
    assert b"JavaScript" not in copy.data
    assert 'filename="carte.pdf"' in copy.headers["Content-Disposition"]


def test_staff_get_the_original_where_they_ask_for_it_with_a_warning(acting: PiecesService) -> None:
    content, _ = ACTIVE_PDFS["script"]
    original = open_file(acting, "?form=original")
    assert original.data == content
    assert original.headers["X-Antivirus"] == "not_scanned"
    assert "Warning" in original.headers
    assert 'filename="carte (original).pdf"' in original.headers["Content-Disposition"]


def test_there_is_a_copy_and_an_original_and_no_other_form(acting: PiecesService) -> None:
    assert open_file(acting, "?form=autre").status_code == 422


def test_a_candidate_has_the_file_itself(acting: PiecesService) -> None:
    content, _ = ACTIVE_PDFS["script"]
    assert acting.download("NATIDE06").data == content


def test_the_trail_says_in_which_form_a_file_was_opened(acting: PiecesService) -> None:
    acting.download("NATIDE06")
    for query in ("", "?form=copy", "?form=original", "?form=autre"):
        open_file(acting, query)
    entries = stored(
        acting.app, select(AuditEntry).filter_by(action="deposit.opened").order_by(AuditEntry.id)
    )
    opened = [(entry.actor_kind, entry.after["form"]) for entry in entries]
    assert opened == [
        ("candidate", "original"),
        ("staff", "copy"),
        ("staff", "copy"),
        ("staff", "original"),
    ]


def test_what_has_no_pages_or_takes_too_long_has_no_copy(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_copy() -> None:
        refused = open_file(service)
        assert (refused.status_code, refused.get_json()["type"]) == (
            415,
            "/problems/apercu-impossible",
        )
        assert "ouvrez le fichier d'origine" in refused.get_json()["detail"]
        assert open_file(service, "?form=original").status_code == 200

    service.registered().deposit("NATIDE06", sample_files.archive(), "pièces.zip")
    deposit = service.piece_for_staff("NATIDE06")["deposit"]
    assert (deposit["active_contents"], deposit["active_contents_label"]) == (None, "non examiné")
    no_copy()
    service.deposit("NATIDE06", sample_files.image("JPEG"), "carte.jpg")
    copy = open_file(service)
    assert (copy.status_code, copy.data[:5]) == (200, b"%PDF-")
    assert 'filename="carte.pdf"' in copy.headers["Content-Disposition"]
    service.deposit("NATIDE06", sample_files.pdf(pages=20), "carte.pdf")
    monkeypatch.setattr(inspections, "COPY_SECONDS", 0.0)
    no_copy()


def exported(service: PiecesService, query: str = "") -> list[dict[str, str]]:
    answer = service.staff("GET", f"/pieces.csv?{query}")
    assert answer.status_code == 200, answer.text
    lines = answer.text.removeprefix("\ufeff").splitlines()
    answer.close()
    return list(csv.DictReader(lines, delimiter=";"))


def test_each_piece_is_a_line_with_what_is_so(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06", name="pièce.pdf")
    service.control("NATIDE06", "non_compliant", comment="Illisible ; à renvoyer")
    pieces = {line["Code de la pièce"]: line for line in exported(service)}
    assert len(pieces) == 6
    identity = pieces["NATIDE06"]
    assert (identity["N° candidat"], identity["Identifiant de la candidature"]) == (
        "02103000001",
        CANDIDATURE,
    )
    assert identity["Date de naissance"] == "01/01/2002", "who has the same name is told apart"
    assert (identity["Statut"], identity["Commentaire"]) == (
        STATUS_LABELS["non_compliant"],
        "Illisible ; à renvoyer",
    )
    assert (identity["Fichier"], identity["Antivirus"]) == ("pièce.pdf", "non analysée")
    assert identity["Déposée le"] == "05/10/2021 15:59", "Paris time, as the screens show it"
    assert (pieces["CINSIG03"]["Déposée le"], pieces["CINSIG03"]["Statut"]) == ("", "")


def test_filters_and_academies_of_the_list_are_those_of_the_export(
    deposited: PiecesService,
) -> None:
    deposited.deposit("CINSIG03")
    deposited.control("CINSIG03", "received")
    assert [line["Code de la pièce"] for line in exported(deposited, WAITING)] == ["NATIDE06"]
    assert len(exported(deposited, "code=natide06")) == 1, "as typed, or in capitals"
    assert exported(deposited, "status=compliant") == []
    assert deposited.staff("GET", "/pieces.csv?status=autre").status_code == 422
    deposited.handle_events(
        registration_saved(candidature_id="cafe" * 8, candidate_id=OTHER, academie=AMIENS)
    )
    assert {line["Identifiant de la candidature"] for line in exported(deposited)} == {CANDIDATURE}
    assert deposited.staff("GET", "/pieces.csv?academie=20").status_code == 404
    exports = stored(deposited.app, select(AuditEntry).filter_by(action="pieces.exported"))
    noted = [(entry.actor_id, entry.after) for entry in exports]
    filters = [
        {"status": "none", "deposited": True},
        {"code": "natide06"},
        {"status": "compliant"},
        {},
    ]
    assert noted == [(STAFF, after) for after in filters], "who exports is in the trail"


def page(service: PiecesService, number: int = 1, **options: Any) -> TestResponse:
    return service.staff(
        "GET", f"/pieces/{service.piece('NATIDE06')['id']}/pages/{number}", **options
    )


def queue(service: PiecesService) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.read_as_staff("/control-queue")["items"]
    return items


def test_what_waits_is_counted_by_regroupement_with_its_oldest_file(
    deposited: PiecesService,
) -> None:
    deposited.now = DURING + timedelta(hours=1)
    deposited.deposit("BTSLIVCOMP", sample_files.image(), "a.png")
    deposited.deposit("BTSPRESENT-BQ")
    deposited.validate("NATIONALITE")
    identity, dossier = queue(deposited)
    assert (identity["regroupement"], identity["number"], identity["validated"]) == (
        "NATIONALITE",
        1,
        1,
    )
    assert (dossier["regroupement_label"], dossier["number"], dossier["validated"]) == (
        "Dossier épreuve",
        2,
        0,
    )
    assert identity["oldest"] < dossier["oldest"]
    assert identity["session_label"] == "BTS 2022"
    deposited.deposit("BTSEE-EF3")
    assert deposited.validate("DOSSIER").status_code == 200
    counted = [(item["number"], item["validated"]) for item in queue(deposited)]
    assert counted == [(1, 1), (3, 3)]


def test_what_was_refused_and_came_again_is_counted_and_listed_apart(
    deposited: PiecesService,
) -> None:
    deposited.deposit("CINSIG03")
    assert [item["sent_again"] for item in queue(deposited)] == [0, 0]
    deposited.control("NATIDE06", "non_compliant", comment="Illisible")
    assert [item["regroupement"] for item in queue(deposited)] == ["CONFIRMATION"]
    deposited.deposit("NATIDE06", sample_files.image(), "a.png")
    counted = {
        item["regroupement"]: (item["number"], item["sent_again"]) for item in queue(deposited)
    }
    assert counted == {"CONFIRMATION": (1, 0), "NATIONALITE": (1, 1)}
    assert deposited.listed_codes(f"{WAITING}&sent_again=true") == ["NATIDE06"]
    assert deposited.listed_codes(f"{WAITING}&sent_again=false") == ["CINSIG03"]


def test_what_is_received_with_a_file_or_on_paper_still_waits_apart(
    deposited: PiecesService,
) -> None:
    deposited.deposit("CINSIG03")
    deposited.control("NATIDE06", "received")
    deposited.control("BTSETAS4", "received")
    counted = {
        item["regroupement"]: (item["number"], item["sent_again"], item["received"])
        for item in queue(deposited)
    }
    assert counted == {"CONFIRMATION": (1, 0, 0), "NATIONALITE": (0, 0, 1), "CONDITIONS": (0, 0, 1)}
    assert all(item["oldest"] for item in queue(deposited)), "without a file, when it was received"
    before = queue(deposited)
    deposited.move_to(deposited.now + timedelta(days=1))
    deposited.control("BTSETAS4", "compliant")
    deposited.take_back("BTSETAS4")
    assert queue(deposited) == before, "what was taken back does not count"
    deposited.control("NATIDE06", "compliant")
    deposited.control("BTSETAS4", "non_compliant")
    assert [item["regroupement"] for item in queue(deposited)] == ["CONFIRMATION"]


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
    service.deposit("NATIDE06", sample_files.image("JPEG"), "a.jpg")
    assert [page(service, number).status_code for number in (0, 1, 2)] == [404, 200, 404]
    service.deposit("NATIDE06", sample_files.mp4(), "a.mp4")
    film = page(service)
    assert (film.status_code, film.get_json()["type"]) == (415, "/problems/apercu-impossible")


def test_a_page_loaded_ahead_is_told_apart_from_one_that_is_shown(deposited: PiecesService) -> None:
    piece = deposited.piece_for_staff("NATIDE06")
    ahead = deposited.staff("GET", f"/pieces/{piece['id']}/pages/1?ahead=true")
    assert (ahead.status_code, deposited.audit_trail()[-1]) == (
        200,
        ("staff", "deposit.loaded_ahead"),
    )
    assert opened_by_others(deposited) == [], "nobody has looked"
    path = f"/pieces/{piece['id']}/openings"
    body = {"deposit_id": piece["deposit"]["id"], "page": 1}
    opening = deposited.staff("POST", path, json=body)
    assert (opening.status_code, deposited.audit_trail()[-1]) == (204, ("staff", "deposit.opened"))
    assert opened_by_others(deposited) == [STAFF]
    deposited.deposit("CINSIG03")
    before = deposited.audit_trail()
    assert deposited.staff("POST", path, json=body, academies=("20",)).status_code == 404
    wrong = {**body, "deposit_id": deposited.piece_for_staff("CINSIG03")["deposit"]["id"]}
    assert deposited.staff("POST", path, json=wrong).status_code == 404, "another piece's file"
    assert deposited.audit_trail() == before


def opened_by_others(service: PiecesService) -> list[str]:
    """Who else has the file open, as a colleague reads it."""
    piece = service.read_as_staff(f"/pieces/{service.piece('NATIDE06')['id']}", by="0")
    return [opening["staff_id"] for opening in piece["recent_openings"]]


@pytest.fixture
def three_waiting(service: PiecesService) -> PiecesService:
    """Three pieces that wait for a decision, in the list's order BTSLIVCOMP, CINSIG03, NATIDE06."""
    service.registered()
    for code in ("BTSLIVCOMP", "CINSIG03", "NATIDE06"):
        service.deposit(code)
    return service


def test_a_piece_comes_with_its_neighbours_in_the_list(three_waiting: PiecesService) -> None:
    assert beside(three_waiting, "CINSIG03") == ("BTSLIVCOMP", "NATIDE06")
    assert beside(three_waiting, "BTSLIVCOMP") == (None, "CINSIG03")
    not_asked_for = three_waiting.piece_for_staff("NATIDE06")["neighbours"]
    assert not_asked_for is None


def test_the_pieces_that_follow_are_counted_as_far_as_lists_are(
    three_waiting: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/pieces/{three_waiting.piece('BTSLIVCOMP')['id']}?{WAITING}&neighbours=true"
    assert three_waiting.read_as_staff(path)["neighbours"]["left"] == 2
    monkeypatch.setattr(staff_list, "COUNTED", 1)
    assert three_waiting.read_as_staff(path)["neighbours"]["left"] is None


def test_a_piece_that_has_left_the_list_keeps_its_place_there(
    three_waiting: PiecesService,
) -> None:
    three_waiting.control("CINSIG03", "compliant")
    assert beside(three_waiting, "CINSIG03") == ("BTSLIVCOMP", "NATIDE06")
    following = f"{WAITING}&limit=1&after={three_waiting.piece('CINSIG03')['id']}"
    assert three_waiting.listed_codes(following) == ["NATIDE06"]


def test_what_one_has_just_controlled_oneself_stays_beside_the_next(
    three_waiting: PiecesService,
) -> None:
    three_waiting.control("CINSIG03", "compliant")
    assert beside(three_waiting, "NATIDE06") == ("CINSIG03", None)
    assert beside(three_waiting, "NATIDE06", by="0") == ("BTSLIVCOMP", None)


def test_nobody_finds_neighbours_in_an_académie_that_is_not_theirs(
    three_waiting: PiecesService,
) -> None:
    following = f"/pieces?{WAITING}&limit=1&after={three_waiting.piece('CINSIG03')['id']}"
    assert three_waiting.staff("GET", following, academies=("20",)).status_code == 404
    path = f"/pieces/{three_waiting.piece('NATIDE06')['id']}?neighbours=true&academie=20"
    assert three_waiting.staff("GET", path).status_code == 404


def beside(service: PiecesService, code: str, **who: Any) -> tuple[str | None, str | None]:
    """The codes of the pieces before and after, among those that wait."""
    path = f"/pieces/{service.piece(code)['id']}?{WAITING}&neighbours=true"
    neighbours = service.read_as_staff(path, **who)["neighbours"]
    previous, following = (
        neighbours[side] and neighbours[side]["code"] for side in ("previous", "following")
    )
    return previous, following


def test_the_pages_that_one_gestionnaire_asks_for_keep_nobody_else_waiting(
    deposited: PiecesService,
) -> None:
    pictures = deposited.dependencies.inspections.pictures
    with (
        ThreadPoolExecutor(inspections.MAX_WAITING_PICTURES_OF_ONE) as browser,
        pictures.place(STAFF),
    ):
        asked = [
            browser.submit(page, deposited) for _ in range(inspections.MAX_WAITING_PICTURES_OF_ONE)
        ]
        wait_until(lambda: pictures.waiting == len(asked), 60, "as many as a browser asks for wait")
        assert page(deposited).status_code == 503
        assert page(deposited, by="0").status_code == 200
        assert deposited.dependencies.inspections.long_looks.waiting == 0, (
            "candidates' files have it for themselves"
        )
    assert [answer.result().status_code for answer in asked] == [200] * len(asked)


def test_copies_are_made_one_at_a_time_and_pages_are_shown_meanwhile(
    deposited: PiecesService,
) -> None:
    copies = deposited.dependencies.inspections.copies
    with ThreadPoolExecutor(1) as tool:
        with copies.place("somebody"):
            copy = tool.submit(open_file, deposited)
            wait_until(lambda: copies.waiting == 1, 60, "the copy waits for its turn")
            assert page(deposited).status_code == 200
        assert copy.result().status_code == 200


def test_candidates_files_have_their_turn_between_the_pages_of_a_copy(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.registered().deposit("NATIDE06", sample_files.pdf(pages=3), "pièce.pdf")
    own = service.dependencies.inspections
    freed = []
    convert = own.convert

    def noted(*given: Any, **arguments: Any) -> bytes:
        freed.append(own.long_looks.taken() == 0)
        return convert(*given, **arguments)

    monkeypatch.setattr(own, "convert", noted)
    assert open_file(service).status_code == 200
    assert freed == [True] * 5, "three pages, the end of the file, the whole copy"
