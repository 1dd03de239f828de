"""A file that comes in parts goes on where it broke, whatever is sent."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.pieces.domain.refusals import LIMIT
from services.pieces.domain.uploads import EXPIRY, HOUR, MOST_AN_HOUR, MOST_OPEN, MOST_SENT, UPLOAD_LIFE
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations import uploads
from services.pieces.operations.uploads import purge_uploads
from tests.pieces import made
from tests.pieces.example import CANDIDATE, CLOSES, OTHER
from tests.pieces.portal import Portal
from tests.pieces.uploading import VERSION, announced, begun, deposited, go_on, offset, sent, state, uploaded

if TYPE_CHECKING:
    from tests.support.object_store import Bucket

PHOTOGRAPH = made.image("JPEG") + b"\0" * (1024 * 1024)


def _left_alone(portal: Portal, age: timedelta) -> None:
    """All uploads are that much older."""
    with portal.app.app_context(), db.operation() as session:
        for row in session.scalars(select(Upload)):
            row.touched_at -= age


def _parts(portal: Portal) -> int:
    with portal.app.app_context(), db.reading() as session:
        return session.scalar(select(func.count()).select_from(UploadPart)) or 0


@pytest.mark.parametrize("share", [0.10, 0.50, 0.99])
def test_an_upload_cut_anywhere_goes_on_in_another_process(database_url: str, bucket: Bucket, share: float) -> None:
    first = Portal(database_url, bucket.url).registered()
    upload_id = begun(first, "NATIDE06", len(PHOTOGRAPH), "photo.jpg")
    cut = int(len(PHOTOGRAPH) * share)
    go_on(first, upload_id, PHOTOGRAPH, until=cut)
    first.close()
    second = Portal(database_url, bucket.url)
    assert offset(second, upload_id) == cut
    go_on(second, upload_id, PHOTOGRAPH)
    assert deposited(second, "NATIDE06", upload_id).status_code == 201
    assert second.opened("NATIDE06").data == PHOTOGRAPH
    second.close()


def test_what_arrived_of_a_part_that_broke_off_stays(portal: Portal) -> None:
    portal.registered()
    upload_id = begun(portal, "NATIDE06", 1000)
    sent(portal, upload_id, 0, b"a" * 300, environ_overrides={"CONTENT_LENGTH": "500"})
    assert offset(portal, upload_id) == 300


def test_each_answer_says_version_offset_and_end_of_life(portal: Portal) -> None:
    portal.registered()
    answer = announced(portal, "NATIDE06", 1000)
    upload_id = answer.headers["Location"].rpartition("/")[2]
    for given in (answer, sent(portal, upload_id, 0, b"a" * 10), state(portal, upload_id)):
        assert given.headers["Tus-Resumable"] == "1.0.0"
        assert given.headers["Upload-Expires"].endswith("GMT")
        assert given.headers["Cache-Control"] == "no-store"
    assert state(portal, upload_id).headers["Upload-Length"] == "1000"


def test_a_part_that_begins_elsewhere_is_refused_and_the_right_place_told(portal: Portal) -> None:
    portal.registered()
    upload_id = begun(portal, "NATIDE06", 1000)
    sent(portal, upload_id, 0, b"a" * 100)
    for wrong in (0, 99, 101, 999_999_999_999_999):
        answer = sent(portal, upload_id, wrong, b"b" * 10)
        assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/position-incorrecte")
        assert answer.get_json()["offset"] == 100
    assert offset(portal, upload_id) == 100


def test_of_two_parts_at_once_for_one_place_one_is_taken(portal: Portal) -> None:
    portal.registered()
    upload_id, answers = begun(portal, "NATIDE06", 100_000), []
    together = threading.Barrier(4)

    def send(letter: bytes) -> None:
        together.wait()
        answers.append(sent(portal, upload_id, 0, letter * 50_000).status_code)

    threads = [threading.Thread(target=send, args=(letter,)) for letter in (b"a", b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [204, 409, 409, 409]
    assert offset(portal, upload_id) == 50_000


@pytest.mark.parametrize("wrong", ["-1", "1e3", "", " ", "1" * 40, "٣", "0x10"])
def test_a_number_that_cannot_be_is_refused(portal: Portal, wrong: str) -> None:
    portal.registered()
    upload_id = begun(portal, "NATIDE06", 1000)
    assert sent(portal, upload_id, wrong.encode("utf-8").decode("latin-1"), b"a").status_code == 400
    assert announced(portal, "NATIDE06", wrong.encode("utf-8").decode("latin-1")).status_code == 400
    assert offset(portal, upload_id) == 0


def test_size_is_refused_before_a_byte_is_sent(portal: Portal) -> None:
    portal.registered()
    assert announced(portal, "NATIDE06", LIMIT).status_code == 201
    refused = announced(portal, "NATIDE06", LIMIT + 1)
    assert refused.status_code == 413
    assert refused.get_json()["detail"].startswith("Ce fichier fait 5,1 Mo : la taille ne doit pas excéder 5 Mo.")
    assert announced(portal, "NATIDE06", 10**14).status_code == 413
    assert announced(portal, "NATIDE06", 0).get_json()["reason"] == "empty"


def test_more_bytes_than_announced_and_larger_parts_are_refused(portal: Portal) -> None:
    portal.registered()
    upload_id = begun(portal, "NATIDE06", 1000)
    assert sent(portal, upload_id, 0, b"a" * 1001).status_code == 413
    answer = sent(portal, upload_id, 0, b"a" * (MOST_SENT + 1))
    assert (answer.status_code, answer.get_json()["detail"]) == (413, "Une partie d'envoi ne doit pas excéder 1 Mo.")
    assert offset(portal, upload_id) == 0
    large = begun(portal, "CINSIG03", LIMIT)
    assert sent(portal, large, 0, b"a" * MOST_SENT).status_code == 204


def test_who_speaks_another_version_or_another_type_is_told(portal: Portal) -> None:
    portal.registered()
    upload_id = begun(portal, "NATIDE06", 1000)
    answer = portal.call("PATCH", f"/uploads/{upload_id}", data=b"a", headers={"Upload-Offset": "0"})
    assert (answer.status_code, answer.get_json()["type"]) == (412, "/problems/version-tus")
    assert sent(portal, upload_id, 0, b"a", headers={"Content-Type": "text/plain"}).status_code == 415
    assert announced(portal, "NATIDE06", 10, headers={"Upload-Metadata": "filename %%%"}).status_code == 400


def test_what_is_someone_elses_is_not_found(portal: Portal) -> None:
    portal.registered()
    upload_id = begun(portal, "NATIDE06", 1000)
    assert state(portal, upload_id, by=OTHER).status_code == 404
    assert sent(portal, upload_id, 0, b"a", by=OTHER).status_code == 404
    assert portal.call("DELETE", f"/uploads/{upload_id}", headers=VERSION, by=OTHER).status_code == 404
    piece_id = portal.piece("NATIDE06")["id"]
    assert announced(portal, "", 10, piece_id=piece_id, by=OTHER).status_code == 404
    assert offset(portal, upload_id) == 0


def test_a_cancelled_upload_is_forgotten(portal: Portal) -> None:
    portal.registered()
    upload_id = begun(portal, "NATIDE06", 1000)
    sent(portal, upload_id, 0, b"a" * 1000)
    assert portal.call("DELETE", f"/uploads/{upload_id}", headers=VERSION).status_code == 204
    assert state(portal, upload_id).status_code == 404
    assert _parts(portal) == 0


def test_an_upload_that_nobody_goes_on_with_is_forgotten_after_a_day(portal: Portal) -> None:
    portal.registered()
    old = begun(portal, "NATIDE06", 1000)
    sent(portal, old, 0, b"a" * 10)
    _left_alone(portal, EXPIRY)
    new = begun(portal, "NATIDE06", 1000)
    assert state(portal, old).status_code == 404
    with portal.app.app_context():
        purge_uploads()
    assert _parts(portal) == 0
    assert state(portal, new).status_code == 200


def test_forgetting_many_lets_others_write_in_between(portal: Portal) -> None:
    portal.registered()
    most = uploads.PURGED_AT_ONCE
    with portal.app.app_context():
        with db.operation() as session:
            template = {"candidate_id": CANDIDATE, "piece_id": portal.piece("NATIDE06")["id"], "filename": "a.pdf"}
            old = {"begun_at": CLOSES, "touched_at": system_now() - EXPIRY, "length": 1}
            session.add_all([Upload(id=new_id(), **template, **old) for _ in range(2 * most + 1)])
        forgotten: list[int] = []

        @event.listens_for(db.engine, "after_cursor_execute")
        def count(connection: object, cursor: Any, statement: str, *_: object) -> None:
            if statement.startswith("DELETE FROM uploads"):
                forgotten.append(cursor.rowcount)

        purge_uploads()
        event.remove(db.engine, "after_cursor_execute", count)
    assert [count for count in forgotten if count] == [most, most, 1]


def test_one_candidate_has_so_many_on_their_way_and_old_ones_give_way(portal: Portal) -> None:
    portal.registered()
    ids = [begun(portal, "NATIDE06", 1000) for _ in range(MOST_OPEN)]
    refused = announced(portal, "NATIDE06", 1000)
    assert (refused.status_code, refused.get_json()["type"]) == (429, "/problems/trop-d-envois")
    assert 0 < int(refused.headers["Retry-After"]) <= UPLOAD_LIFE.total_seconds() + 1
    _left_alone(portal, UPLOAD_LIFE)
    sent(portal, ids[0], 0, b"a")
    assert announced(portal, "NATIDE06", 1000).status_code == 201
    assert state(portal, ids[0]).status_code == 200, "the one that goes on stays"
    assert sum(state(portal, one).status_code == 404 for one in ids) == 1


def test_who_begins_and_gives_up_all_the_time_waits_for_the_hour_to_pass(portal: Portal) -> None:
    portal.registered()
    for _ in range(MOST_AN_HOUR):
        upload_id = begun(portal, "NATIDE06", 1000)
        assert portal.call("DELETE", f"/uploads/{upload_id}", headers=VERSION).status_code == 204
    refused = announced(portal, "NATIDE06", 1000)
    assert (refused.status_code, refused.get_json()["type"].rpartition("/")[2]) == (429, "trop-d-envois")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    _left_alone(portal, HOUR)
    assert announced(portal, "NATIDE06", 1000).status_code == 201


def test_one_candidate_has_so_many_bytes_on_their_way(portal: Portal) -> None:
    portal.registered()
    for _ in range(4):
        begun(portal, "NATIDE06", LIMIT)
    assert announced(portal, "NATIDE06", LIMIT).status_code == 429
    assert announced(portal, "NATIDE06", LIMIT // 2).status_code == 201


def test_nothing_is_announced_for_a_piece_that_is_closed(portal: Portal) -> None:
    portal.registered().at(CLOSES)
    assert announced(portal, "NATIDE06", 1000).get_json()["type"] == "/problems/depot-ferme"


def test_an_upload_that_is_deposited_takes_no_more_and_says_that_it_is_whole(portal: Portal) -> None:
    portal.registered()
    content = made.pdf()
    upload_id = uploaded(portal, "NATIDE06", content)
    deposited(portal, "NATIDE06", upload_id)
    assert _parts(portal) == 0
    assert offset(portal, upload_id) == len(content)
    assert sent(portal, upload_id, 0, b"a").status_code == 409
    assert sent(portal, upload_id, len(content), b"a").status_code == 413
    assert portal.call("DELETE", f"/uploads/{upload_id}", headers=VERSION).status_code == 204
    assert deposited(portal, "NATIDE06", upload_id).status_code == 201, "it still says which deposit it is"
