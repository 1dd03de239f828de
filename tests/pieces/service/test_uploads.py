"""A file that comes in parts goes on where it broke, whatever is sent."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.french import file_size
from services.contracts.file_rules import MAX_FILE_BYTES, MAX_MERGED_FILES, MAX_UPLOAD_PART_BYTES
from services.pieces.domain.uploads import (
    HOUR,
    MAX_OPEN_BYTES,
    MAX_OPEN_UPLOADS,
    UPLOAD_EXPIRY,
    UPLOAD_GRACE,
    uploads_per_hour,
)
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations import uploads
from services.pieces.operations.uploads import purge_uploads
from tests.documents.example_events import CANDIDATE
from tests.pieces import sample_files
from tests.pieces.example_events import CLOSES, OTHER
from tests.pieces.pieces_service import PiecesService
from tests.pieces.tus_client import (
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

if TYPE_CHECKING:
    from tests.support.object_store import Bucket

PHOTOGRAPH = sample_files.image("JPEG") + b"\0" * MAX_UPLOAD_PART_BYTES


def _left_alone(service: PiecesService, age: timedelta) -> None:
    """All uploads are that much older."""
    with service.app.app_context(), db.operation() as session:
        for row in session.scalars(select(Upload)):
            row.touched_at -= age


def _parts(service: PiecesService) -> int:
    with service.app.app_context(), db.reading() as session:
        return session.scalar(select(func.count()).select_from(UploadPart)) or 0


@pytest.mark.parametrize("share", [0.10, 0.50, 0.99])
def test_an_upload_cut_anywhere_goes_on_in_another_process(database_url: str, bucket: Bucket, share: float) -> None:
    first = PiecesService(database_url, bucket.url).registered()
    upload_id = begin_upload(first, "NATIDE06", len(PHOTOGRAPH), "photo.jpg")
    cut = int(len(PHOTOGRAPH) * share)
    send_rest(first, upload_id, PHOTOGRAPH, until=cut)
    first.close()
    second = PiecesService(database_url, bucket.url)
    assert read_offset(second, upload_id) == cut
    send_rest(second, upload_id, PHOTOGRAPH)
    assert deposit_uploads(second, "NATIDE06", upload_id).status_code == 201
    assert second.download("NATIDE06").data == PHOTOGRAPH
    second.close()


def test_what_arrived_of_a_part_that_broke_off_stays(service: PiecesService) -> None:
    service.registered()
    upload_id = begin_upload(service, "NATIDE06", 1000)
    send_part(service, upload_id, 0, b"a" * 300, environ_overrides={"CONTENT_LENGTH": "500"})
    assert read_offset(service, upload_id) == 300


def test_each_answer_says_version_offset_and_end_of_life(service: PiecesService) -> None:
    service.registered()
    answer = announce(service, "NATIDE06", 1000)
    upload_id = answer.headers["Location"].rpartition("/")[2]
    for response in (answer, send_part(service, upload_id, 0, b"a" * 10), upload_state(service, upload_id)):
        assert response.headers["Tus-Resumable"] == "1.0.0"
        assert response.headers["Upload-Expires"].endswith("GMT")
        assert response.headers["Cache-Control"] == "no-store"
    assert upload_state(service, upload_id).headers["Upload-Length"] == "1000"


def test_a_part_that_begins_elsewhere_is_refused_and_the_right_place_told(service: PiecesService) -> None:
    service.registered()
    upload_id = begin_upload(service, "NATIDE06", 1000)
    send_part(service, upload_id, 0, b"a" * 100)
    for wrong in (0, 99, 101, 999_999_999_999_999):
        answer = send_part(service, upload_id, wrong, b"b" * 10)
        assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/position-incorrecte")
        assert answer.get_json()["offset"] == 100
    assert read_offset(service, upload_id) == 100


def test_of_two_parts_at_once_for_one_place_one_is_taken(service: PiecesService) -> None:
    service.registered()
    upload_id, answers = begin_upload(service, "NATIDE06", 100_000), []
    together = threading.Barrier(4)

    def send(letter: bytes) -> None:
        together.wait()
        answers.append(send_part(service, upload_id, 0, letter * 50_000).status_code)

    threads = [threading.Thread(target=send, args=(letter,)) for letter in (b"a", b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [204, 409, 409, 409]
    assert read_offset(service, upload_id) == 50_000


@pytest.mark.parametrize("wrong", ["-1", "1e3", "", " ", "1" * 40, "٣", "0x10"])
def test_a_number_that_cannot_be_is_refused(service: PiecesService, wrong: str) -> None:
    service.registered()
    upload_id = begin_upload(service, "NATIDE06", 1000)
    assert send_part(service, upload_id, wrong.encode("utf-8").decode("latin-1"), b"a").status_code == 400
    assert announce(service, "NATIDE06", wrong.encode("utf-8").decode("latin-1")).status_code == 400
    assert read_offset(service, upload_id) == 0


def test_size_is_refused_before_a_byte_is_sent(service: PiecesService) -> None:
    service.registered()
    assert announce(service, "NATIDE06", MAX_FILE_BYTES).status_code == 201
    refused = announce(service, "NATIDE06", MAX_FILE_BYTES + 1)
    assert refused.status_code == 413
    assert refused.get_json()["detail"].startswith(
        f"Ce fichier fait {file_size(MAX_FILE_BYTES + 1)} : la taille ne doit pas excéder {file_size(MAX_FILE_BYTES)}."
    )
    assert announce(service, "NATIDE06", 10**14).status_code == 413
    assert announce(service, "NATIDE06", 0).get_json()["reason"] == "empty"


def test_more_bytes_than_announced_and_larger_parts_are_refused(service: PiecesService) -> None:
    service.registered()
    upload_id = begin_upload(service, "NATIDE06", 1000)
    assert send_part(service, upload_id, 0, b"a" * 1001).status_code == 413
    answer = send_part(service, upload_id, 0, b"a" * (MAX_UPLOAD_PART_BYTES + 1))
    assert answer.status_code == 413
    assert answer.get_json()["detail"].endswith(f"ne doit pas excéder {file_size(MAX_UPLOAD_PART_BYTES)}.")
    assert read_offset(service, upload_id) == 0
    large = begin_upload(service, "CINSIG03", MAX_FILE_BYTES)
    assert send_part(service, large, 0, b"a" * MAX_UPLOAD_PART_BYTES).status_code == 204


def test_who_speaks_another_version_or_another_type_is_told(service: PiecesService) -> None:
    service.registered()
    upload_id = begin_upload(service, "NATIDE06", 1000)
    answer = service.call("PATCH", f"/uploads/{upload_id}", data=b"a", headers={"Upload-Offset": "0"})
    assert (answer.status_code, answer.get_json()["type"]) == (412, "/problems/version-tus")
    assert send_part(service, upload_id, 0, b"a", headers={"Content-Type": "text/plain"}).status_code == 415
    assert announce(service, "NATIDE06", 10, headers={"Upload-Metadata": "filename %%%"}).status_code == 400


def test_what_is_someone_elses_is_not_found(service: PiecesService) -> None:
    service.registered()
    upload_id = begin_upload(service, "NATIDE06", 1000)
    assert upload_state(service, upload_id, by=OTHER).status_code == 404
    assert send_part(service, upload_id, 0, b"a", by=OTHER).status_code == 404
    assert service.call("DELETE", f"/uploads/{upload_id}", headers=VERSION, by=OTHER).status_code == 404
    piece_id = service.piece("NATIDE06")["id"]
    assert announce(service, "", 10, piece_id=piece_id, by=OTHER).status_code == 404
    assert read_offset(service, upload_id) == 0


def test_a_cancelled_upload_is_forgotten(service: PiecesService) -> None:
    service.registered()
    upload_id = begin_upload(service, "NATIDE06", 1000)
    send_part(service, upload_id, 0, b"a" * 1000)
    assert service.call("DELETE", f"/uploads/{upload_id}", headers=VERSION).status_code == 204
    assert upload_state(service, upload_id).status_code == 404
    assert _parts(service) == 0


def test_an_upload_that_nobody_goes_on_with_is_forgotten(service: PiecesService) -> None:
    service.registered()
    old = begin_upload(service, "NATIDE06", 1000)
    send_part(service, old, 0, b"a" * 10)
    _left_alone(service, UPLOAD_EXPIRY)
    new = begin_upload(service, "NATIDE06", 1000)
    assert upload_state(service, old).status_code == 404
    with service.app.app_context():
        purge_uploads()
    assert _parts(service) == 0
    assert upload_state(service, new).status_code == 200


def test_forgetting_many_lets_others_write_in_between(service: PiecesService) -> None:
    service.registered()
    most = uploads.PURGE_BATCH
    with service.app.app_context():
        with db.operation() as session:
            template = {"candidate_id": CANDIDATE, "piece_id": service.piece("NATIDE06")["id"], "filename": "a.pdf"}
            old = {"begun_at": CLOSES, "touched_at": system_now() - UPLOAD_EXPIRY, "length": 1}
            session.add_all([Upload(id=new_id(), **template, **old) for _ in range(2 * most + 1)])
        forgotten: list[int] = []

        @event.listens_for(db.engine, "after_cursor_execute")
        def count(connection: object, cursor: Any, statement: str, *_: object) -> None:
            if statement.startswith("DELETE FROM uploads"):
                forgotten.append(cursor.rowcount)

        purge_uploads()
        event.remove(db.engine, "after_cursor_execute", count)
    assert [count for count in forgotten if count] == [most, most, 1]


def test_one_candidate_has_so_many_on_their_way_and_old_ones_give_way(service: PiecesService) -> None:
    service.registered()
    ids = [begin_upload(service, "NATIDE06", 1000) for _ in range(MAX_OPEN_UPLOADS)]
    refused = announce(service, "NATIDE06", 1000)
    assert (refused.status_code, refused.get_json()["type"]) == (429, "/problems/trop-d-envois")
    assert 0 < int(refused.headers["Retry-After"]) <= UPLOAD_GRACE.total_seconds() + 1
    _left_alone(service, UPLOAD_GRACE)
    send_part(service, ids[0], 0, b"a")
    assert announce(service, "NATIDE06", 1000).status_code == 201
    assert upload_state(service, ids[0]).status_code == 200, "the one that goes on stays"
    assert sum(upload_state(service, upload_id).status_code == 404 for upload_id in ids) == 1


def test_uploads_are_as_many_as_deposits_and_never_less_than_the_pages_of_ten_documents() -> None:
    assert uploads_per_hour(500) == 500
    assert uploads_per_hour(1) == 10 * MAX_MERGED_FILES


def test_who_begins_and_gives_up_all_the_time_waits_for_the_hour_to_pass(database_url: str, bucket: Bucket) -> None:
    allowed = uploads_per_hour(1) + 3
    service = PiecesService(database_url, bucket.url, deposits_per_hour=allowed).registered()
    try:
        for _ in range(allowed):
            upload_id = begin_upload(service, "NATIDE06", 1000)
            assert service.call("DELETE", f"/uploads/{upload_id}", headers=VERSION).status_code == 204
        refused = announce(service, "NATIDE06", 1000)
        assert (refused.status_code, refused.get_json()["type"].rpartition("/")[2]) == (429, "trop-d-envois")
        assert 0 < int(refused.headers["Retry-After"]) <= HOUR.total_seconds()
        _left_alone(service, HOUR)
        assert announce(service, "NATIDE06", 1000).status_code == 201
    finally:
        service.close()


def test_one_candidate_has_so_many_bytes_on_their_way(service: PiecesService) -> None:
    service.registered()
    sizes = [*[MAX_FILE_BYTES] * (MAX_OPEN_BYTES // MAX_FILE_BYTES - 1), MAX_FILE_BYTES - 1]
    for size in sizes:
        begin_upload(service, "NATIDE06", size)
    room = MAX_OPEN_BYTES - sum(sizes)
    refused = announce(service, "NATIDE06", room + 1)
    assert (refused.status_code, file_size(MAX_OPEN_BYTES) in refused.get_json()["detail"]) == (429, True)
    assert announce(service, "NATIDE06", room).status_code == 201


def test_nothing_is_announced_for_a_piece_that_is_closed(service: PiecesService) -> None:
    service.registered().move_to(CLOSES)
    assert announce(service, "NATIDE06", 1000).get_json()["type"] == "/problems/depot-ferme"


def test_an_upload_that_is_deposited_takes_no_more_and_says_that_it_is_whole(service: PiecesService) -> None:
    service.registered()
    content = sample_files.pdf()
    upload_id = upload_file(service, "NATIDE06", content)
    deposit_uploads(service, "NATIDE06", upload_id)
    assert _parts(service) == 0
    assert read_offset(service, upload_id) == len(content)
    assert send_part(service, upload_id, 0, b"a").status_code == 409
    assert send_part(service, upload_id, len(content), b"a").status_code == 413
    assert service.call("DELETE", f"/uploads/{upload_id}", headers=VERSION).status_code == 204
    assert deposit_uploads(service, "NATIDE06", upload_id).status_code == 201, "it still says which deposit it is"
