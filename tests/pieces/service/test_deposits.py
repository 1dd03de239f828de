"""A candidate deposits, opens, replaces and deletes files."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.pieces.domain.object_keys import read_key
from tests.pieces import made
from tests.pieces.example import CANDIDATE, CANDIDATURE, CLOSES, OPENS, OTHER, PIECES, SECOND, saved, window, withdrawn
from tests.pieces.portal import Portal
from tests.support.forgetful_store import ForgetfulStore

if TYPE_CHECKING:
    from tests.support.object_store import Bucket, ObjectStoreServer

LIMIT = 5 * 1024 * 1024


def test_pieces_are_listed_by_period_and_regroupement_in_the_guides_words(portal: Portal) -> None:
    asked = portal.registered().asked()
    (period,) = asked["periods"]
    assert period["sentence"] == (
        "A déposer en ligne entre le lundi 04 octobre 2021 et le dimanche 31 octobre 2021 23:59 (heure/Paris)"
    )
    assert period["open"]
    assert [group["label"] for group in period["groups"]] == [
        "Confirmation d'inscription",
        "Nationalité",
        "Conditions réglementaires",
        "Dossier épreuve",
    ]
    assert [piece["code"] for group in period["groups"] for piece in group["pieces"]] == [one.code for one in PIECES]
    assert "vous ne pourrez plus les modifier et vos pièces pourront être étudiées." in asked["warning"]
    assert portal.call("GET", "/candidatures").get_json()["candidatures"][0]["session_label"] == "BTS 2022"


def test_a_deposited_file_is_shown_with_its_date_and_given_back_as_it_was(portal: Portal) -> None:
    content = made.pdf()
    answer = portal.registered().deposit("NATIDE06", content, "Pièce d'identité (Đặng).pdf")
    assert answer.status_code == 201, answer.text
    deposit = answer.get_json()["deposit"]
    assert deposit["filename"] == "Pièce d'identité (Đặng).pdf"
    assert deposit["deposited_sentence"] == "Déposé le 05/10/2021 15:59 (heure/Paris)"
    assert (deposit["size"], deposit["scan"]) == (len(content), "non analysée")

    file = portal.opened("NATIDE06")
    assert file.data == content
    assert file.content_type == "application/pdf"
    assert file.headers["Content-Disposition"] == (
        'attachment; filename="Piece d\'identite (ang).pdf"; '
        "filename*=UTF-8''Pi%C3%A8ce%20d%27identit%C3%A9%20%28%C4%90%E1%BA%B7ng%29.pdf"
    )
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"].startswith("sandbox")


def test_size_and_digest_of_the_row_are_those_of_the_object(portal: Portal) -> None:
    content = made.pdf()
    portal.registered().deposit("NATIDE06", content)
    (row,) = portal.deposits()
    assert portal.objects() == {row.object_key}
    assert (row.size, row.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_key_says_whose_file_it_is(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    (row,) = portal.deposits()
    read = read_key(row.object_key)
    assert read is not None
    assert (read.candidate_id, read.candidature_id, read.code) == (CANDIDATE, CANDIDATURE, "NATIDE06")
    assert (read.deposit_id, read.sha256) == (row.id, row.sha256)
    assert read.deposited_at == row.deposited_at


def test_a_file_of_exactly_five_megabytes_is_kept_and_one_byte_more_is_refused(portal: Portal) -> None:
    portal.registered()
    image = made.image("JPEG")
    exact = image + b"\0" * (LIMIT - len(image))  # programs add what they like after a JPEG's end
    assert portal.deposit("NATIDE06", exact, "photo.jpg").status_code == 201
    refused = portal.deposit("CINSIG03", exact + b"\0", "photo.jpg")
    assert refused.status_code == 413
    assert "5 Mo" in refused.get_json()["detail"]
    assert len(portal.objects()) == 1


@pytest.mark.parametrize(
    ("content", "name", "status", "words"),
    [
        (b"", "vide.pdf", 422, "vide"),
        (made.pdf()[:-300], "coupé.pdf", 422, "incomplet"),
        (made.pdf(user_password="secret"), "verrouillé.pdf", 422, "mot de passe"),
        (made.pdf(), "photo.png", 422, "renommez"),
        (b"<html><script>alert(1)</script>", "page.html", 415, "Formats acceptés : PDF, PNG, JPG"),
        (b"MZ\x90\x00" + b"\0" * 500, "virus.pdf", 415, "Formats acceptés"),
        (made.zipped({"../../etc/passwd": b"x"}), "archive.zip", 422, "noms de fichiers"),
    ],
)
def test_a_refused_file_says_why_and_leaves_nothing(
    portal: Portal, content: bytes, name: str, status: int, words: str
) -> None:
    answer = portal.registered().deposit("NATIDE06", content, name)
    assert answer.status_code == status
    assert words in answer.get_json()["detail"]
    assert portal.piece("NATIDE06")["deposit"] is None
    assert not portal.objects()
    assert not portal.deposits()


def test_an_upload_broken_off_leaves_nothing(portal: Portal) -> None:
    portal.registered()
    content = made.pdf()
    answer = portal.deposit("NATIDE06", content, announced=len(content) + 500)
    assert answer.status_code == 422
    assert "interrompu" in answer.get_json()["detail"]
    assert not portal.objects()
    assert portal.piece("NATIDE06")["deposit"] is None


def test_with_the_store_down_nothing_is_kept_and_one_is_asked_to_come_back(
    portal: Portal, objects: ObjectStoreServer
) -> None:
    portal.registered()
    objects.stop()
    try:
        answer = portal.deposit("NATIDE06")
    finally:
        objects.start()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert portal.piece("NATIDE06")["deposit"] is None
    assert not portal.objects()
    assert portal.deposit("NATIDE06").status_code == 201


def test_a_store_that_forgets_what_it_took_is_a_store_that_is_down(portal: Portal, bucket: Bucket) -> None:
    portal.registered().stores_in(ForgetfulStore(bucket.url))
    answer = portal.deposit("NATIDE06")
    assert answer.status_code == 503
    assert portal.piece("NATIDE06")["deposit"] is None
    assert not portal.deposits()


def test_a_piece_may_narrow_the_formats(portal: Portal) -> None:
    narrow = tuple(
        piece if piece.code != "NATIDE06" else dataclasses.replace(piece, formats=("pdf",)) for piece in PIECES
    )
    portal.hears(saved(pieces=narrow))
    refused = portal.deposit("NATIDE06", made.image("PNG"), "carte.png")
    assert refused.status_code == 415
    assert refused.get_json()["detail"] == "Ce fichier est au format PNG. Formats acceptés : PDF."
    assert portal.deposit("NATIDE06", made.pdf(), "carte.pdf").status_code == 201


@pytest.mark.parametrize(
    ("instant", "status"),
    [(OPENS - SECOND, 403), (OPENS, 201), (CLOSES - SECOND, 201), (CLOSES, 403), (CLOSES + SECOND, 403)],
)
def test_the_period_is_half_open_to_the_second(portal: Portal, instant: datetime, status: int) -> None:
    portal.registered().at(instant)
    assert portal.deposit("NATIDE06").status_code == status
    assert portal.piece("NATIDE06")["can_deposit"] is (status == 201)


def test_an_upload_that_began_in_time_is_kept_however_long_it_took(portal: Portal) -> None:
    portal.registered().at(CLOSES + timedelta(minutes=3))
    portal.now = CLOSES - SECOND  # the gateway's stamp, taken before the body
    assert portal.deposit("NATIDE06").status_code == 201


def test_a_new_file_takes_the_place_of_the_former(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06", made.pdf(), "un.pdf")
    portal.deposit("NATIDE06", made.image(), "deux.png")
    assert portal.piece("NATIDE06")["deposit"]["filename"] == "deux.png"
    assert portal.opened("NATIDE06").data == made.image()


def test_the_bin_takes_the_file_back(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    assert portal.piece("NATIDE06")["can_delete"]
    assert portal.delete("NATIDE06").status_code == 204
    assert portal.piece("NATIDE06")["deposit"] is None
    assert portal.opened("NATIDE06").status_code == 404
    assert portal.delete("NATIDE06").status_code == 403
    assert [row.removed_at is not None for row in portal.deposits()] == [True]


def test_what_is_someone_elses_is_not_found(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    piece_id = portal.piece("NATIDE06")["id"]
    for method, path in (
        ("GET", f"/candidatures/{CANDIDATURE}/pieces"),
        ("GET", f"/pieces/{piece_id}/file"),
        ("DELETE", f"/pieces/{piece_id}/deposit"),
        ("POST", f"/candidatures/{CANDIDATURE}/groups/NATIONALITE/validation"),
        ("GET", "/pieces/unknown/file"),
    ):
        assert portal.call(method, path, by=OTHER).status_code == 404, path
    assert portal.upload(piece_id, made.pdf(), "a.pdf", by=OTHER).status_code == 404
    assert portal.call("GET", "/candidatures", by=OTHER).get_json() == {"candidatures": []}
    assert len(portal.objects()) == 1


def test_a_modified_candidature_changes_the_list_and_loses_no_file(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06", made.pdf(), "carte.pdf")
    left = tuple(one for one in PIECES if one.group_code not in ("NATIONALITE", "DOSSIER"))
    portal.hears(saved(version=2, pieces=left))
    piece = portal.piece("NATIDE06")
    assert (piece["asked"], piece["required"], piece["can_deposit"]) == (False, False, False)
    assert piece["deposit"]["filename"] == "carte.pdf"
    assert portal.opened("NATIDE06").status_code == 200
    shown = [group["code"] for period in portal.asked()["periods"] for group in period["groups"]]
    assert shown == ["CONFIRMATION", "CONDITIONS", "NATIONALITE"]

    portal.hears(saved(version=3))
    assert portal.piece("NATIDE06")["deposit"]["filename"] == "carte.pdf"
    assert portal.piece("NATIDE06")["can_deposit"]


def test_older_versions_that_come_late_change_nothing(portal: Portal) -> None:
    portal.hears(saved(version=2, pieces=PIECES[:2]), saved(version=1))
    codes = [p["code"] for period in portal.asked()["periods"] for g in period["groups"] for p in g["pieces"]]
    assert codes == ["CINSIG03", "NATIDE06"]


def test_a_withdrawn_candidature_is_hidden_in_whatever_order_it_is_told(portal: Portal) -> None:
    portal.hears(withdrawn(), saved())
    assert portal.call("GET", f"/candidatures/{CANDIDATURE}/pieces").status_code == 404
    assert portal.call("GET", "/candidatures").get_json() == {"candidatures": []}
    assert portal.staff("GET", "/pieces").get_json()["items"] == []


def test_the_period_follows_a_changed_window_before_and_after_the_candidature(portal: Portal) -> None:
    later = CLOSES + timedelta(days=7)
    portal.hears(window(2, closes=later), saved(), window(1))
    assert "dimanche 07 novembre 2021 23:59" in portal.asked()["periods"][0]["sentence"]
    portal.at(CLOSES + SECOND)
    assert portal.deposit("NATIDE06").status_code == 201
    portal.hears(window(3, closes=CLOSES), window(1, academie="10"))
    assert portal.deposit("CINSIG03").status_code == 403


def test_each_act_is_in_the_trail(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    portal.opened("NATIDE06")
    portal.delete("NATIDE06")
    assert portal.trail() == [
        ("candidate", "deposit.made"),
        ("candidate", "deposit.opened"),
        ("candidate", "deposit.deleted"),
    ]
