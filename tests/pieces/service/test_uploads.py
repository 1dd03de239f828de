"""A file that comes in parts goes on where it broke; it becomes a deposit once, alone or as a page
of a document."""

import dataclasses
import io
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.chassis.database.columns import new_id
from services.clock import system_now
from services.contracts.piece_rules import MAX_FILE_BYTES, MAX_UPLOAD_PART_BYTES
from services.french import file_size
from services.pieces.domain.period import INSTANT_COUNTS
from services.pieces.inspection.inspections import Inspected
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations.deposit_limits import (
    HOUR,
    MAX_OPEN_BYTES,
    MAX_OPEN_UPLOADS,
    uploads_per_hour,
)
from services.pieces.operations.uploads import uploads
from services.uploads.uploads import UPLOAD_EXPIRY, UPLOAD_GRACE
from tests.documents.example_events import CANDIDATE
from tests.pieces import sample_files
from tests.pieces import tus_client as tus
from tests.pieces.corpus.sample_pages import heic, jpeg, rotated_by_90, sheet
from tests.pieces.example_events import CLOSES, OTHER, PIECES, SECOND, registration_saved
from tests.pieces.pieces_service import PiecesService, at_once
from tests.support.object_store import Bucket
from tests.support.service_worker import stored

PHOTOGRAPH = sample_files.image("JPEG") + bytes(3 * tus.PART)
SMALL = sheet((320, 200), points=12)


def _left_alone(service: PiecesService, age: timedelta) -> None:
    """All uploads are that much older."""
    with service.app.app_context(), db.operation() as transaction:
        for row in transaction.scalars(select(Upload)):
            row.touched_at -= age


def _parts(service: PiecesService) -> int:
    return len(stored(service.app, select(UploadPart)))


def _cancel(service: PiecesService, upload_id: str, **options: Any) -> TestResponse:
    return service.call("DELETE", f"/uploads/{upload_id}", headers=tus.VERSION, **options)


def _upload(service: PiecesService, content: bytes, name: str = "carte.pdf") -> str:
    return tus.upload_file(service, "NATIDE06", content, name)


def _deposit(service: PiecesService, *upload_ids: str, **options: Any) -> TestResponse:
    return tus.deposit_uploads(service, "NATIDE06", *upload_ids, **options)


@pytest.fixture
def service(service: PiecesService) -> PiecesService:
    return service.registered()


@pytest.fixture
def upload_id(service: PiecesService) -> str:
    """Of a thousand bytes, none of which came yet."""
    return tus.begin_upload(service, "NATIDE06", 1000)


def test_an_upload_that_was_cut_within_a_part_goes_on_in_another_process(
    database_url: str, bucket: Bucket
) -> None:
    with closing(PiecesService(database_url, bucket.url).registered()) as first:
        upload_id = tus.begin_upload(first, "NATIDE06", len(PHOTOGRAPH), "photo.jpg")
        tus.send_rest(first, upload_id, PHOTOGRAPH, until=tus.PART)
        broken_off = {"CONTENT_LENGTH": "500"}
        tus.send_part(
            first,
            upload_id,
            tus.PART,
            PHOTOGRAPH[tus.PART : tus.PART + 300],
            environ_overrides=broken_off,
        )
    with closing(PiecesService(database_url, bucket.url)) as second:
        assert tus.read_offset(second, upload_id) == tus.PART + 300
        tus.send_rest(second, upload_id, PHOTOGRAPH)
        assert tus.deposit_uploads(second, "NATIDE06", upload_id).status_code == 201
        assert second.download("NATIDE06").data == PHOTOGRAPH


def test_each_answer_says_version_offset_and_end_of_life(service: PiecesService) -> None:
    begun = tus.announce(service, "NATIDE06", 1000)
    sent = tus.send_part(service, tus.id_of(begun), 0, b"a")
    asked = tus.upload_state(service, tus.id_of(begun))
    for response in (begun, sent, asked):
        assert (response.headers["Tus-Resumable"], response.headers["Cache-Control"]) == (
            "1.0.0",
            "no-store",
        )
        assert response.headers["Upload-Expires"].endswith("GMT")
    assert (sent.headers["Upload-Offset"], asked.headers["Upload-Offset"]) == ("1", "1")
    assert asked.headers["Upload-Length"] == "1000"


def test_a_part_that_begins_elsewhere_is_refused_with_the_right_place(
    service: PiecesService, upload_id: str
) -> None:
    tus.send_part(service, upload_id, 0, b"a" * 100)
    for wrong in (0, 99, 101, 999_999_999_999_999):
        answer = tus.send_part(service, upload_id, wrong, b"b" * 10)
        assert (answer.status_code, answer.get_json()["type"]) == (
            409,
            "/problems/position-incorrecte",
        )
        assert answer.get_json()["offset"] == 100
    assert tus.read_offset(service, upload_id) == 100


@pytest.mark.engines("sqlite", "postgresql")
def test_of_parts_at_once_for_one_place_one_is_taken(service: PiecesService) -> None:
    upload_id = tus.begin_upload(service, "NATIDE06", 100_000)
    parts = [letter * 50_000 for letter in (b"a", b"b", b"c", b"d")]
    answers = at_once(*(partial(tus.send_part, service, upload_id, 0, part) for part in parts))
    assert sorted(answers) == [204, 409, 409, 409]
    assert tus.read_offset(service, upload_id) == 50_000


def test_a_request_that_makes_no_sense_or_is_someone_elses_changes_nothing(
    service: PiecesService, upload_id: str
) -> None:
    for wrong in ("-1", "1e3", "", " ", "1" * 40, "٣", "0x10"):
        sent = wrong.encode("utf-8").decode("latin-1")
        assert tus.send_part(service, upload_id, sent, b"a").status_code == 400, wrong
        assert tus.announce(service, "NATIDE06", sent).status_code == 400, wrong
    assert (
        tus.announce(
            service, "NATIDE06", 10, headers={"Upload-Metadata": "filename %%%"}
        ).status_code
        == 400
    )
    answer = service.call(
        "PATCH", f"/uploads/{upload_id}", data=b"a", headers={"Upload-Offset": "0"}
    )
    assert (answer.status_code, answer.get_json()["type"]) == (412, "/problems/version-tus")
    assert (
        tus.send_part(
            service, upload_id, 0, b"a", headers={"Content-Type": "text/plain"}
        ).status_code
        == 415
    )
    for refused in (
        tus.upload_state(service, upload_id, by=OTHER),
        tus.send_part(service, upload_id, 0, b"a", by=OTHER),
        _cancel(service, upload_id, by=OTHER),
    ):
        assert refused.status_code == 404, refused.request
    assert tus.read_offset(service, upload_id) == 0


def test_what_could_not_be_deposited_is_refused_before_a_byte_is_sent(
    service: PiecesService,
) -> None:
    assert tus.announce(service, "NATIDE06", MAX_FILE_BYTES).status_code == 201
    size = file_size(MAX_FILE_BYTES + 1)
    most = file_size(MAX_FILE_BYTES)
    refused = tus.announce(service, "NATIDE06", MAX_FILE_BYTES + 1)
    assert (
        f"Ce fichier fait {size} : la taille ne doit pas excéder {most}."
        in refused.get_json()["detail"]
    )
    assert [refused.status_code, tus.announce(service, "NATIDE06", 10**14).status_code] == [
        413,
        413,
    ]
    assert tus.announce(service, "NATIDE06", 0).get_json()["reason"] == "empty"
    service.move_to(CLOSES)
    assert tus.announce(service, "NATIDE06", 1000).get_json()["type"] == "/problems/depot-ferme"


def test_more_bytes_than_announced_and_larger_parts_are_refused(
    service: PiecesService, upload_id: str
) -> None:
    assert tus.send_part(service, upload_id, 0, b"a" * 1001).status_code == 413
    answer = tus.send_part(service, upload_id, 0, b"a" * (MAX_UPLOAD_PART_BYTES + 1))
    assert answer.status_code == 413
    assert answer.get_json()["detail"].endswith(
        f"ne doit pas excéder {file_size(MAX_UPLOAD_PART_BYTES)}."
    )
    assert tus.read_offset(service, upload_id) == 0
    large = tus.begin_upload(service, "CINSIG03", MAX_FILE_BYTES)
    largest = b"a" * MAX_UPLOAD_PART_BYTES
    of_gunicorn = {
        "wsgi.input_terminated": True
    }  # it ends the body where it ends, instead of at its length
    assert (
        tus.send_part(service, large, 0, largest, environ_overrides=of_gunicorn).status_code == 204
    )


def test_an_upload_that_is_cancelled_or_that_nobody_goes_on_with_is_forgotten(
    service: PiecesService,
) -> None:
    cancelled, old = (tus.begin_upload(service, "NATIDE06", 1000) for _ in range(2))
    for upload_id in (cancelled, old):
        tus.send_part(service, upload_id, 0, b"a" * 10)
    assert _cancel(service, cancelled).status_code == 204
    assert tus.upload_state(service, cancelled).status_code == 404
    assert _parts(service) == 1
    _left_alone(service, UPLOAD_EXPIRY)
    new = tus.begin_upload(service, "NATIDE06", 1000)
    assert tus.upload_state(service, old).status_code == 404
    with service.app.app_context():
        uploads.purge()
    assert _parts(service) == 0
    assert tus.upload_state(service, new).status_code == 200


def test_one_candidate_has_so_many_on_their_way_and_old_ones_give_way(
    service: PiecesService,
) -> None:
    ids = [tus.begin_upload(service, "NATIDE06", 1000) for _ in range(MAX_OPEN_UPLOADS)]
    refused = tus.announce(service, "NATIDE06", 1000)
    assert (refused.status_code, refused.get_json()["type"]) == (429, "/problems/trop-d-envois")
    assert 0 < int(refused.headers["Retry-After"]) <= UPLOAD_GRACE.total_seconds() + 1
    _left_alone(service, UPLOAD_GRACE)
    tus.send_part(service, ids[0], 0, b"a")
    assert tus.announce(service, "NATIDE06", 1000).status_code == 201
    assert tus.upload_state(service, ids[0]).status_code == 200, "the one that goes on stays"
    assert sum(tus.upload_state(service, upload_id).status_code == 404 for upload_id in ids) == 1


def test_who_begins_and_gives_up_all_the_time_waits_for_the_hour_to_pass(
    service: PiecesService,
) -> None:
    allowed = uploads_per_hour(1) + 3
    service.use(deposits_per_hour=allowed)
    assert _cancel(service, tus.begin_upload(service, "NATIDE06", 1000)).status_code == 204
    own = {
        "owner_id": CANDIDATE,
        "piece_id": service.piece("NATIDE06")["id"],
        "filename": "a.pdf",
        "length": 1,
    }
    times = {"begun_at": CLOSES, "touched_at": system_now()}
    with service.app.app_context(), db.operation() as transaction:
        transaction.add_all(
            Upload(id=new_id(), given_up=True, **own, **times) for _ in range(allowed - 1)
        )
    refused = tus.announce(service, "NATIDE06", 1000)
    assert (refused.status_code, refused.get_json()["type"]) == (429, "/problems/trop-d-envois")
    assert 0 < int(refused.headers["Retry-After"]) <= HOUR.total_seconds()
    _left_alone(service, HOUR)
    assert tus.announce(service, "NATIDE06", 1000).status_code == 201


def test_one_candidate_has_so_many_bytes_on_their_way(service: PiecesService) -> None:
    sizes = [*[MAX_FILE_BYTES] * (MAX_OPEN_BYTES // MAX_FILE_BYTES - 1), MAX_FILE_BYTES - 1]
    for size in sizes:
        tus.begin_upload(service, "NATIDE06", size)
    room = MAX_OPEN_BYTES - sum(sizes)
    refused = tus.announce(service, "NATIDE06", room + 1)
    assert (refused.status_code, file_size(MAX_OPEN_BYTES) in refused.get_json()["detail"]) == (
        429,
        True,
    )
    assert tus.announce(service, "NATIDE06", room).status_code == 201


def test_an_upload_that_is_deposited_takes_no_more_and_says_that_it_is_whole(
    service: PiecesService,
) -> None:
    content = sample_files.pdf()
    upload_id = _upload(service, content)
    _deposit(service, upload_id)
    assert _parts(service) == 0
    assert tus.read_offset(service, upload_id) == len(content)
    assert tus.send_part(service, upload_id, 0, b"a").status_code == 409
    assert tus.send_part(service, upload_id, len(content), b"a").status_code == 413
    assert _cancel(service, upload_id).status_code == 204
    assert _deposit(service, upload_id).status_code == 201, "it still says which deposit it is"


def _take_only(service: PiecesService, format: str, version: int = 2) -> None:
    """« NATIDE06 » may be of one format alone."""
    pieces = (
        dataclasses.replace(piece, formats=(format,) if piece.code == "NATIDE06" else ())
        for piece in PIECES
    )
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


def _meanwhile(
    service: PiecesService, patch: pytest.MonkeyPatch, act: Callable[[], object]
) -> None:
    """What is given happens once, while the next file is looked at."""
    inspections = service.dependencies.inspections
    inspect = inspections.inspect
    acts = iter([act])

    def interrupted(*arguments: Any) -> Inspected:
        for each in acts:
            each()
        return inspect(*arguments)

    patch.setattr(inspections, "inspect", interrupted)


def test_an_upload_cancelled_meanwhile_is_no_deposit(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = _upload(service, sample_files.pdf())
    _meanwhile(service, monkeypatch, lambda: _cancel(service, upload_id))
    assert _deposit(service, upload_id).status_code == 404
    assert not service.deposits()


def test_an_upload_deposited_meanwhile_is_no_page(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (_upload(service, sample_files.pdf(), name) for name in ("a.pdf", "b.pdf"))
    _meanwhile(service, monkeypatch, lambda: _deposit(service, first))
    answer = _deposit(service, first, second)
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/envoi-deja-depose")
    assert len(service.deposits()) == len(service.objects()) == 1


def test_an_upload_that_lacks_bytes_or_is_not_the_pieces_is_no_deposit(
    service: PiecesService,
) -> None:
    content = sample_files.pdf()
    upload_id = tus.begin_upload(service, "NATIDE06", len(content))
    tus.send_part(service, upload_id, 0, content[:100])
    answer = _deposit(service, upload_id)
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/envoi-incomplet")
    assert (answer.get_json()["upload"], answer.get_json()["offset"]) == (upload_id, 100)
    tus.send_rest(service, upload_id, content)
    assert tus.deposit_uploads(service, "CINSIG03", upload_id).status_code == 404
    assert _deposit(service, upload_id, by=OTHER).status_code == 404
    assert _deposit(service, "0" * 32).status_code == 404
    assert not service.deposits()
    assert _deposit(service, upload_id).status_code == 201


def test_what_counts_is_when_the_upload_began_unless_it_took_too_long(
    service: PiecesService,
) -> None:
    service.move_to(CLOSES - SECOND)
    upload_id = _upload(service, sample_files.pdf())
    service.move_to(CLOSES - SECOND + INSTANT_COUNTS)
    answer = _deposit(service, upload_id)
    assert (answer.status_code, answer.get_json()["type"]) == (403, "/problems/depot-ferme")
    service.move_to(CLOSES - SECOND + INSTANT_COUNTS - SECOND)
    assert _deposit(service, upload_id).status_code == 201


def test_a_heic_is_kept_as_a_jpeg_and_said_to_be(service: PiecesService) -> None:
    deposit = service.deposit("NATIDE06", heic(SMALL), "IMG_0042.HEIC").get_json()["deposit"]
    assert (deposit["filename"], deposit["converted"], deposit["pages"]) == (
        "IMG_0042.jpg",
        True,
        None,
    )
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
        assert [len(page.get_images()) for page in document.pages] == [1, 1, 0, 0, 1], "pictures"
    assert _deposit(service, *ids).get_json()["deposit"]["id"] == deposit["id"]


def test_a_page_that_is_refused_is_named_and_the_others_stay(service: PiecesService) -> None:
    good = _upload(service, jpeg(sheet()), "recto.jpg")
    bad = _upload(service, jpeg(sheet())[:-500], "verso.jpg")
    answer = _deposit(service, good, bad)
    assert (answer.status_code, answer.get_json()["upload"]) == (422, bad)
    assert answer.get_json()["detail"].startswith(
        "« verso.jpg » : Cette image est incomplète ou endommagée"
    )
    assert tus.upload_state(service, good).status_code == 200
    assert not service.objects()
    assert _deposit(service, good, _upload(service, jpeg(sheet()), "verso.jpg")).status_code == 201


def test_pages_that_are_too_large_together_name_the_heaviest(service: PiecesService) -> None:
    heavy, less = (sample_files.heavy_pdf(MAX_FILE_BYTES * share // 10) for share in (8, 4))
    files = {"a.pdf": heavy, "b.pdf": sample_files.pdf(), "c.pdf": less}
    answer = _deposit(
        service, *[_upload(service, content, name) for name, content in files.items()]
    )
    assert (answer.status_code, answer.get_json()["type"]) == (413, "/problems/trop-volumineux")
    assert (
        f"Réunies, les pages font {file_size(sum(map(len, files.values())))} "
        in answer.get_json()["detail"]
    )
    assert f"« a.pdf » ({file_size(len(heavy))})" in answer.get_json()["detail"]


def test_a_format_that_the_piece_does_not_take_is_refused_also_as_a_page(
    service: PiecesService,
) -> None:
    _take_only(service, "jpg")
    ids = [_upload(service, sample_files.image("JPEG"), f"{number}.jpg") for number in range(2)]
    answer = _deposit(service, *ids)
    assert (answer.status_code, answer.get_json()["type"]) == (415, "/problems/format-refuse")
    assert _deposit(service, ids[0]).status_code == 201
    _take_only(service, "pdf", version=3)
    heic_where_pdf_is = service.deposit("NATIDE06", heic(SMALL), "a.heic")
    pages = (
        _upload(service, jpeg(SMALL), "a.jpg"),
        _upload(service, sample_files.archive(), "pages.zip"),
    )
    no_page = _deposit(service, *pages)
    assert [answer.status_code for answer in (heic_where_pdf_is, no_page)] == [415, 415]
    assert (
        heic_where_pdf_is.get_json()["detail"]
        == "Ce fichier est au format HEIC. Formats acceptés : PDF."
    )
    assert no_page.get_json()["detail"].startswith("« pages.zip » : Ce fichier est au format ZIP.")
    assert service.deposit("CINSIG03", heic(SMALL), "a.pdf").get_json()["reason"] == "mismatch"


def test_what_the_look_finds_is_shown_and_refuses_nothing(service: PiecesService) -> None:
    turned = jpeg(rotated_by_90(sheet()))
    assert service.deposit("NATIDE06", turned, "a.jpg").get_json()["deposit"]["look"] == [
        "sideways"
    ]
    assert service.piece("NATIDE06")["deposit"]["look"] == ["sideways"]
    assert (
        service.deposit("CINSIG03", sample_files.archive(), "a.zip").get_json()["deposit"]["look"]
        == []
    )
