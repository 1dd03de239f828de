"""Uploads become a deposit: once, in time by their beginning, one file or the pages of a document."""

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from werkzeug.test import TestResponse

from services.chassis.french import file_size
from services.contracts.piece_rules import MAX_FILE_BYTES
from services.pieces.dependencies import dependencies
from services.pieces.domain.piece import INSTANT_COUNTS
from services.pieces.inspection.inspections import Inspected
from tests.pieces import sample_files
from tests.pieces.corpus.sample_pages import heic, jpeg, rotated_by_90, sheet
from tests.pieces.example_events import CLOSES, OTHER, PIECES, SECOND, registration_saved
from tests.pieces.pieces_service import PiecesService, at_once
from tests.pieces.tus_client import (
    VERSION,
    begin_upload,
    deposit_uploads,
    send_part,
    send_rest,
    upload_file,
    upload_state,
)

SMALL = sheet((320, 200), points=12)


@pytest.fixture
def service(service: PiecesService) -> PiecesService:
    return service.registered()


def _upload(service: PiecesService, content: bytes, name: str = "carte.pdf") -> str:
    return upload_file(service, "NATIDE06", content, name)


def _deposit(service: PiecesService, *upload_ids: str, **options: Any) -> TestResponse:
    return deposit_uploads(service, "NATIDE06", *upload_ids, **options)


def _take_only(service: PiecesService, format: str, version: int = 2) -> None:
    """« NATIDE06 » may be of one format alone."""
    pieces = (dataclasses.replace(piece, formats=(format,) if piece.code == "NATIDE06" else ()) for piece in PIECES)
    service.handle_events(registration_saved(version=version, pieces=tuple(pieces)))


@pytest.mark.engines("sqlite", "postgresql")
def test_asked_again_and_twice_at_once_it_is_one_deposit(service: PiecesService) -> None:
    upload_id = _upload(service, sample_files.pdf())
    assert at_once(*[lambda: _deposit(service, upload_id)] * 2) == [201, 201]
    first = service.piece("NATIDE06")["deposit"]["id"]
    service.validate("NATIONALITE")
    again = _deposit(service, upload_id)
    assert (again.status_code, again.get_json()["deposit"]["id"]) == (201, first)
    assert len(service.deposits()) == len(service.objects()) == 1


def _meanwhile(service: PiecesService, patch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """What is given happens once, while the next file is looked at."""
    with service.app.app_context():
        inspections = dependencies().inspections
    inspect, still = inspections.inspect, [act]

    def interrupted(*arguments: Any) -> Inspected:
        if still:
            still.pop()()
        return inspect(*arguments)

    patch.setattr(inspections, "inspect", interrupted)


def test_an_upload_cancelled_meanwhile_is_no_deposit(service: PiecesService, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = _upload(service, sample_files.pdf())
    _meanwhile(service, monkeypatch, lambda: service.call("DELETE", f"/uploads/{upload_id}", headers=VERSION))
    assert _deposit(service, upload_id).status_code == 404
    assert not service.deposits()


def test_an_upload_deposited_meanwhile_is_no_page(service: PiecesService, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (_upload(service, sample_files.pdf(), name) for name in ("a.pdf", "b.pdf"))
    _meanwhile(service, monkeypatch, lambda: _deposit(service, first))
    answer = _deposit(service, first, second)
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/envoi-deja-depose")
    assert len(service.deposits()) == len(service.objects()) == 1


def test_an_upload_that_lacks_bytes_or_is_not_the_pieces_is_no_deposit(service: PiecesService) -> None:
    content = sample_files.pdf()
    upload_id = begin_upload(service, "NATIDE06", len(content))
    send_part(service, upload_id, 0, content[:100])
    answer = _deposit(service, upload_id)
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/envoi-incomplet")
    assert (answer.get_json()["upload"], answer.get_json()["offset"]) == (upload_id, 100)
    send_rest(service, upload_id, content)
    assert deposit_uploads(service, "CINSIG03", upload_id).status_code == 404
    assert _deposit(service, upload_id, by=OTHER).status_code == 404
    assert _deposit(service, "0" * 32).status_code == 404
    assert not service.deposits()
    assert _deposit(service, upload_id).status_code == 201


def test_what_counts_is_when_the_upload_began_unless_it_took_too_long(service: PiecesService) -> None:
    service.move_to(CLOSES - SECOND)
    upload_id = _upload(service, sample_files.pdf())
    service.move_to(CLOSES - SECOND + INSTANT_COUNTS)
    answer = _deposit(service, upload_id)
    assert (answer.status_code, answer.get_json()["type"]) == (403, "/problems/depot-ferme")
    service.move_to(CLOSES - SECOND + INSTANT_COUNTS - SECOND)
    assert _deposit(service, upload_id).status_code == 201


def test_a_heic_is_kept_as_a_jpeg_and_said_to_be(service: PiecesService) -> None:
    content = heic(SMALL)
    deposit = deposit_uploads(service, "NATIDE06", _upload(service, content, "IMG_0042.HEIC")).get_json()["deposit"]
    assert (deposit["filename"], deposit["converted"], deposit["pages"]) == ("IMG_0042.jpg", True, None)
    assert service.download("NATIDE06").content_type == "image/jpeg"


def test_pages_are_joined_in_the_order_given(service: PiecesService) -> None:
    files = [
        ("recto.jpg", jpeg(SMALL)),
        ("verso.heic", heic(SMALL)),
        ("annexe.pdf", sample_files.pdf(pages=2)),
        ("dos.png", sample_files.image("PNG", (900, 1200))),
    ]
    ids = [_upload(service, content, name) for name, content in files]
    deposit = _deposit(service, *ids).get_json()["deposit"]
    assert (deposit["filename"], deposit["converted"], deposit["pages"]) == ("recto.pdf", True, 5)
    file = service.download("NATIDE06")
    assert file.content_type == "application/pdf"
    with pikepdf.open(io.BytesIO(file.data)) as document:
        pictures = [len(page.get_images()) for page in document.pages]
    assert pictures == [1, 1, 0, 0, 1]
    assert _deposit(service, *ids).get_json()["deposit"]["id"] == deposit["id"]


def test_a_page_that_is_refused_is_named_and_the_others_stay(service: PiecesService) -> None:
    good = _upload(service, jpeg(sheet()), "recto.jpg")
    bad = _upload(service, jpeg(sheet())[:-500], "verso.jpg")
    answer = _deposit(service, good, bad)
    assert (answer.status_code, answer.get_json()["upload"]) == (422, bad)
    assert answer.get_json()["detail"].startswith("« verso.jpg » : Cette image est incomplète ou endommagée")
    assert upload_state(service, good).status_code == 200
    assert not service.objects()
    assert deposit_uploads(service, "NATIDE06", good, _upload(service, jpeg(sheet()), "verso.jpg")).status_code == 201


def test_pages_that_are_too_large_together_name_the_heaviest(service: PiecesService) -> None:
    heavy, less = (sample_files.heavy_pdf(MAX_FILE_BYTES * share // 10) for share in (8, 4))
    files = {"a.pdf": heavy, "b.pdf": sample_files.pdf(), "c.pdf": less}
    answer = _deposit(service, *[_upload(service, content, name) for name, content in files.items()])
    assert (answer.status_code, answer.get_json()["type"]) == (413, "/problems/trop-volumineux")
    assert f"Réunies, les pages font {file_size(sum(map(len, files.values())))} " in answer.get_json()["detail"]
    assert f"« a.pdf » ({file_size(len(heavy))})" in answer.get_json()["detail"]


def test_a_format_that_the_piece_does_not_take_is_refused_also_as_a_page(service: PiecesService) -> None:
    _take_only(service, "jpg")
    ids = [_upload(service, sample_files.image("JPEG"), f"{number}.jpg") for number in range(2)]
    answer = _deposit(service, *ids)
    assert (answer.status_code, answer.get_json()["type"]) == (415, "/problems/format-refuse")
    assert _deposit(service, ids[0]).status_code == 201
    _take_only(service, "pdf", version=3)
    heic_where_pdf_is = service.deposit("NATIDE06", heic(SMALL), "a.heic")
    pages = (_upload(service, jpeg(SMALL), "a.jpg"), _upload(service, sample_files.archive(), "pages.zip"))
    no_page = _deposit(service, *pages)
    assert [answer.status_code for answer in (heic_where_pdf_is, no_page)] == [415, 415]
    assert heic_where_pdf_is.get_json()["detail"] == "Ce fichier est au format HEIC. Formats acceptés : PDF."
    assert no_page.get_json()["detail"].startswith("« pages.zip » : Ce fichier est au format ZIP.")
    assert service.deposit("CINSIG03", heic(SMALL), "a.pdf").get_json()["reason"] == "mismatch"


def test_what_the_look_finds_is_shown_and_refuses_nothing(service: PiecesService) -> None:
    turned = jpeg(rotated_by_90(sheet()))
    assert service.deposit("NATIDE06", turned, "a.jpg").get_json()["deposit"]["look"] == ["sideways"]
    assert service.piece("NATIDE06")["deposit"]["look"] == ["sideways"]
    assert service.deposit("CINSIG03", sample_files.archive(), "a.zip").get_json()["deposit"]["look"] == []
