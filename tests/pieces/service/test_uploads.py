"""A file that comes in parts goes on where it broke, whatever is sent."""

from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.french import file_size
from services.contracts.piece_rules import MAX_FILE_BYTES, MAX_UPLOAD_PART_BYTES
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations.deposit_limits import HOUR, MAX_OPEN_BYTES, MAX_OPEN_UPLOADS, uploads_per_hour
from services.pieces.operations.uploads import uploads
from services.uploads.uploads import UPLOAD_EXPIRY, UPLOAD_GRACE
from tests.documents.example_events import CANDIDATE
from tests.pieces import sample_files
from tests.pieces.example_events import CLOSES, OTHER
from tests.pieces.pieces_service import PiecesService, at_once
from tests.pieces.tus_client import (
    PART,
    VERSION,
    announce,
    begin_upload,
    deposit_uploads,
    read_offset,
    send_part,
    send_rest,
    upload_file,
    upload_state,
)
from tests.support.object_store import Bucket
from tests.support.service_worker import stored

PHOTOGRAPH = sample_files.image("JPEG") + bytes(3 * PART)


def _left_alone(service: PiecesService, age: timedelta) -> None:
    """All uploads are that much older."""
    with service.app.app_context(), db.operation() as session:
        for row in session.scalars(select(Upload)):
            row.touched_at -= age


def _parts(service: PiecesService) -> int:
    return len(stored(service.app, select(UploadPart)))


@pytest.fixture
def service(service: PiecesService) -> PiecesService:
    return service.registered()


@pytest.fixture
def upload_id(service: PiecesService) -> str:
    """Of a thousand bytes, none of which came yet."""
    return begin_upload(service, "NATIDE06", 1000)


def test_an_upload_that_was_cut_within_a_part_goes_on_in_another_process(database_url: str, bucket: Bucket) -> None:
    with closing(PiecesService(database_url, bucket.url).registered()) as first:
        upload_id = begin_upload(first, "NATIDE06", len(PHOTOGRAPH), "photo.jpg")
        send_rest(first, upload_id, PHOTOGRAPH, until=PART)
        broken_off = {"CONTENT_LENGTH": "500"}
        send_part(first, upload_id, PART, PHOTOGRAPH[PART : PART + 300], environ_overrides=broken_off)
    with closing(PiecesService(database_url, bucket.url)) as second:
        assert read_offset(second, upload_id) == PART + 300
        send_rest(second, upload_id, PHOTOGRAPH)
        assert deposit_uploads(second, "NATIDE06", upload_id).status_code == 201
        assert second.download("NATIDE06").data == PHOTOGRAPH


def test_each_answer_says_version_offset_and_end_of_life(service: PiecesService) -> None:
    answer = announce(service, "NATIDE06", 1000)
    upload_id = answer.headers["Location"].rpartition("/")[2]
    for response in (answer, send_part(service, upload_id, 0, b"a" * 10), upload_state(service, upload_id)):
        assert response.headers["Tus-Resumable"] == "1.0.0"
        assert response.headers["Upload-Expires"].endswith("GMT")
        assert response.headers["Cache-Control"] == "no-store"
    assert upload_state(service, upload_id).headers["Upload-Length"] == "1000"


def test_a_part_that_begins_elsewhere_is_refused_with_the_right_place(service: PiecesService, upload_id: str) -> None:
    send_part(service, upload_id, 0, b"a" * 100)
    for wrong in (0, 99, 101, 999_999_999_999_999):
        answer = send_part(service, upload_id, wrong, b"b" * 10)
        assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/position-incorrecte")
        assert answer.get_json()["offset"] == 100
    assert read_offset(service, upload_id) == 100


@pytest.mark.engines("sqlite", "postgresql")
def test_of_parts_at_once_for_one_place_one_is_taken(service: PiecesService) -> None:
    upload_id = begin_upload(service, "NATIDE06", 100_000)
    parts = [letter * 50_000 for letter in (b"a", b"b", b"c", b"d")]
    answers = at_once(*(partial(send_part, service, upload_id, 0, part) for part in parts))
    assert sorted(answers) == [204, 409, 409, 409]
    assert read_offset(service, upload_id) == 50_000


def test_a_request_that_makes_no_sense_or_is_someone_elses_changes_nothing(
    service: PiecesService, upload_id: str
) -> None:
    for wrong in ("-1", "1e3", "", " ", "1" * 40, "٣", "0x10"):
        sent = wrong.encode("utf-8").decode("latin-1")
        assert send_part(service, upload_id, sent, b"a").status_code == 400, wrong
        assert announce(service, "NATIDE06", sent).status_code == 400, wrong
    assert announce(service, "NATIDE06", 10, headers={"Upload-Metadata": "filename %%%"}).status_code == 400
    answer = service.call("PATCH", f"/uploads/{upload_id}", data=b"a", headers={"Upload-Offset": "0"})
    assert (answer.status_code, answer.get_json()["type"]) == (412, "/problems/version-tus")
    assert send_part(service, upload_id, 0, b"a", headers={"Content-Type": "text/plain"}).status_code == 415
    for refused in (
        upload_state(service, upload_id, by=OTHER),
        send_part(service, upload_id, 0, b"a", by=OTHER),
        service.call("DELETE", f"/uploads/{upload_id}", headers=VERSION, by=OTHER),
        service.upload(service.piece("NATIDE06")["id"], b"a", "a.pdf", by=OTHER),
    ):
        assert refused.status_code == 404, refused.request
    assert read_offset(service, upload_id) == 0


def test_what_could_not_be_deposited_is_refused_before_a_byte_is_sent(service: PiecesService) -> None:
    assert announce(service, "NATIDE06", MAX_FILE_BYTES).status_code == 201
    refused = announce(service, "NATIDE06", MAX_FILE_BYTES + 1)
    assert refused.status_code == 413
    assert refused.get_json()["detail"].startswith(
        f"Ce fichier fait {file_size(MAX_FILE_BYTES + 1)} : la taille ne doit pas excéder {file_size(MAX_FILE_BYTES)}."
    )
    assert announce(service, "NATIDE06", 10**14).status_code == 413
    assert announce(service, "NATIDE06", 0).get_json()["reason"] == "empty"
    service.move_to(CLOSES)
    assert announce(service, "NATIDE06", 1000).get_json()["type"] == "/problems/depot-ferme"


def test_more_bytes_than_announced_and_larger_parts_are_refused(service: PiecesService, upload_id: str) -> None:
    assert send_part(service, upload_id, 0, b"a" * 1001).status_code == 413
    answer = send_part(service, upload_id, 0, b"a" * (MAX_UPLOAD_PART_BYTES + 1))
    assert answer.status_code == 413
    assert answer.get_json()["detail"].endswith(f"ne doit pas excéder {file_size(MAX_UPLOAD_PART_BYTES)}.")
    assert read_offset(service, upload_id) == 0
    large = begin_upload(service, "CINSIG03", MAX_FILE_BYTES)
    of_gunicorn = {"wsgi.input_terminated": True}  # it ends the body where it ends, instead of at its length
    largest = send_part(service, large, 0, b"a" * MAX_UPLOAD_PART_BYTES, environ_overrides=of_gunicorn)
    assert largest.status_code == 204


def test_an_upload_that_is_cancelled_or_that_nobody_goes_on_with_is_forgotten(service: PiecesService) -> None:
    cancelled, old = (begin_upload(service, "NATIDE06", 1000) for _ in range(2))
    for upload_id in (cancelled, old):
        send_part(service, upload_id, 0, b"a" * 10)
    assert service.call("DELETE", f"/uploads/{cancelled}", headers=VERSION).status_code == 204
    assert upload_state(service, cancelled).status_code == 404
    assert _parts(service) == 1
    _left_alone(service, UPLOAD_EXPIRY)
    new = begin_upload(service, "NATIDE06", 1000)
    assert upload_state(service, old).status_code == 404
    with service.app.app_context():
        uploads.purge()
    assert _parts(service) == 0
    assert upload_state(service, new).status_code == 200


def test_one_candidate_has_so_many_on_their_way_and_old_ones_give_way(service: PiecesService) -> None:
    ids = [begin_upload(service, "NATIDE06", 1000) for _ in range(MAX_OPEN_UPLOADS)]
    refused = announce(service, "NATIDE06", 1000)
    assert (refused.status_code, refused.get_json()["type"]) == (429, "/problems/trop-d-envois")
    assert 0 < int(refused.headers["Retry-After"]) <= UPLOAD_GRACE.total_seconds() + 1
    _left_alone(service, UPLOAD_GRACE)
    send_part(service, ids[0], 0, b"a")
    assert announce(service, "NATIDE06", 1000).status_code == 201
    assert upload_state(service, ids[0]).status_code == 200, "the one that goes on stays"
    assert sum(upload_state(service, upload_id).status_code == 404 for upload_id in ids) == 1


def test_who_begins_and_gives_up_all_the_time_waits_for_the_hour_to_pass(database_url: str, bucket: Bucket) -> None:
    allowed = uploads_per_hour(1) + 3
    with closing(PiecesService(database_url, bucket.url, deposits_per_hour=allowed).registered()) as service:
        path = f"/uploads/{begin_upload(service, 'NATIDE06', 1000)}"
        assert service.call("DELETE", path, headers=VERSION).status_code == 204
        own = {"owner_id": CANDIDATE, "piece_id": service.piece("NATIDE06")["id"], "filename": "a.pdf", "length": 1}
        times = {"begun_at": CLOSES, "touched_at": system_now()}
        with service.app.app_context(), db.operation() as session:
            session.add_all(Upload(id=new_id(), given_up=True, **own, **times) for _ in range(allowed - 1))
        refused = announce(service, "NATIDE06", 1000)
        assert (refused.status_code, refused.get_json()["type"].rpartition("/")[2]) == (429, "trop-d-envois")
        assert 0 < int(refused.headers["Retry-After"]) <= HOUR.total_seconds()
        _left_alone(service, HOUR)
        assert announce(service, "NATIDE06", 1000).status_code == 201


def test_one_candidate_has_so_many_bytes_on_their_way(service: PiecesService) -> None:
    sizes = [*[MAX_FILE_BYTES] * (MAX_OPEN_BYTES // MAX_FILE_BYTES - 1), MAX_FILE_BYTES - 1]
    for size in sizes:
        begin_upload(service, "NATIDE06", size)
    room = MAX_OPEN_BYTES - sum(sizes)
    refused = announce(service, "NATIDE06", room + 1)
    assert (refused.status_code, file_size(MAX_OPEN_BYTES) in refused.get_json()["detail"]) == (429, True)
    assert announce(service, "NATIDE06", room).status_code == 201


def test_an_upload_that_is_deposited_takes_no_more_and_says_that_it_is_whole(service: PiecesService) -> None:
    content = sample_files.pdf()
    upload_id = upload_file(service, "NATIDE06", content)
    deposit_uploads(service, "NATIDE06", upload_id)
    assert _parts(service) == 0
    assert read_offset(service, upload_id) == len(content)
    assert send_part(service, upload_id, 0, b"a").status_code == 409
    assert send_part(service, upload_id, len(content), b"a").status_code == 413
    assert service.call("DELETE", f"/uploads/{upload_id}", headers=VERSION).status_code == 204
    assert deposit_uploads(service, "NATIDE06", upload_id).status_code == 201, "it still says which deposit it is"
