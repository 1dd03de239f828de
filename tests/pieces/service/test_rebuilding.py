"""Rows that a database has lost are made again from the keys of their objects."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from services.pieces.dependencies import prepare_store
from services.pieces.domain.files import parse_key
from tests.pieces import sample_files
from tests.pieces.example_events import DURING, registration_saved, registration_withdrawn
from tests.pieces.pieces_service import PiecesService
from tests.support.object_store import Bucket

REBUILD = ("rebuild-from-objects", "--minutes", "0")


@pytest.fixture
def emptied(service: PiecesService, bucket: Bucket) -> Iterator[PiecesService]:
    """A new database over the store in which two files were deposited for one piece and one for another."""
    service.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    service.deposit("NATIDE06", sample_files.image(), "deux.png")
    service.deposit("CINSIG03", sample_files.pdf(pages=2), "trois.pdf")
    running = PiecesService.with_store_of(bucket)
    prepare_store(running.app)
    yield running
    running.close()


def test_files_come_back_once_their_candidature_is_known_again(emptied: PiecesService) -> None:
    assert emptied.run_command(*REBUILD, "--write").output.count("candidature inconnue : pieces/") == 3
    emptied.handle_events(registration_saved())
    listed = emptied.run_command(*REBUILD).output
    assert "relancez avec --write" in listed
    assert emptied.deposits() == []

    assert emptied.run_command(*REBUILD, "--write").exit_code == 0
    assert emptied.download("NATIDE06").data == sample_files.image()
    assert emptied.download("CINSIG03").data == sample_files.pdf(pages=2)
    assert emptied.piece("CINSIG03")["deposit"]["filename"] == "CINSIG03.pdf"
    assert emptied.run_command("reconcile").exit_code == 0
    assert emptied.run_command(*REBUILD, "--write").output == "Tous les objets sont connus.\n"


def test_of_files_later_than_an_older_database_the_newest_is_current(service: PiecesService, bucket: Bucket) -> None:
    older = PiecesService.with_store_of(bucket)
    older.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    key = older.deposits()[0].object_key
    service.registered()
    for pages in (2, 3, 4):
        service.move_to(DURING + timedelta(hours=pages)).deposit(
            "NATIDE06", sample_files.pdf(pages=pages), f"{pages}.pdf"
        )
    older.move_to(DURING + timedelta(hours=5))
    output = older.run_command(*REBUILD, "--write").output
    assert output.endswith("ligne reconstituée : 3\n"), output
    assert older.download("NATIDE06").data == sample_files.pdf(pages=4)
    assert [row.removed_at is None for row in older.deposits()] == [False, False, False, True]
    assert older.deposits()[0].object_key == key
    assert older.run_command("reconcile").exit_code == 0
    older.close()


def test_what_was_deposited_since_is_not_replaced_by_something_older(emptied: PiecesService) -> None:
    emptied.move_to(DURING + timedelta(hours=1)).handle_events(registration_saved())
    emptied.deposit("NATIDE06", sample_files.pdf(pages=3))
    emptied.run_command(*REBUILD, "--write")
    assert emptied.download("NATIDE06").data == sample_files.pdf(pages=3)


def test_altered_bytes_and_foreign_keys_make_no_row(emptied: PiecesService, bucket: Bucket) -> None:
    emptied.handle_events(registration_saved())
    emptied.put_object("pieces/20200101/strange")
    for path in (bucket.folder / "pieces").rglob("*-*-*"):
        path.write_bytes(b"%PDF-1.4 something else")
    output = emptied.run_command(*REBUILD, "--write").output
    assert output.endswith("octets altérés : 3, sans ligne possible : 1\n"), output
    assert emptied.deposits() == []


def test_files_of_a_withdrawn_candidature_come_back_hidden(emptied: PiecesService) -> None:
    emptied.handle_events(registration_saved(), registration_withdrawn())
    assert emptied.run_command(*REBUILD, "--write").exit_code == 0
    assert len(emptied.deposits()) == 3
    assert emptied.call("GET", "/candidatures").get_json() == {"candidatures": []}


def test_what_a_request_may_be_about_to_name_is_left_alone(emptied: PiecesService) -> None:
    emptied.handle_events(registration_saved())
    assert emptied.run_command("rebuild-from-objects", "--write").output.endswith("trop récent : 3\n")
    assert emptied.deposits() == []


def _failed_upload(service: PiecesService, code: str, deposit_id: str) -> str:
    """The key of an object whose row was never committed; the piece still has its earlier file."""
    service.move_to(DURING).deposit(code)
    earlier = next(row.object_key for row in service.deposits() if f"/{code}/" in row.object_key)
    content, later = sample_files.image(), DURING + timedelta(hours=1)
    key = _key(earlier, content, deposit_id=deposit_id, deposited_at=later)
    service.put_object(key, content)
    return key


@pytest.fixture
def failed_upload(service: PiecesService) -> str:
    return _failed_upload(service.registered(), "NATIDE06", "d" * 32)


def test_uploads_that_failed_take_no_place_of_what_was_done_since(service: PiecesService) -> None:
    service.registered()
    codes = ("NATIDE06", "CINSIG03", "BTSETAS4", "BTSLIVCOMP")
    failed = [_failed_upload(service, code, digit * 32) for code, digit in zip(codes, "abcd", strict=True)]
    service.move_to(DURING + timedelta(hours=2))
    assert service.validate("NATIONALITE").status_code == 200
    assert service.control("CINSIG03", "compliant").status_code == 200
    assert service.delete("BTSETAS4").status_code == 204
    assert service.deposit("BTSLIVCOMP", sample_files.pdf(pages=2)).status_code == 201
    before = service.list_pieces()
    output = service.run_command(*REBUILD, "--write").output
    assert {key: f"déjà remplacé : {key}" in output for key in failed} == dict.fromkeys(failed, True)
    assert service.list_pieces() == before


def test_a_key_that_no_deposit_would_have_makes_no_row(service: PiecesService, failed_upload: str) -> None:
    service.move_to(DURING + timedelta(hours=2)).delete_object(failed_upload)
    for written, forged in (
        ("NATIDE06", "NATIDE0%36"),  # another spelling of the piece's code
        ("/2021", "/9999"),  # after now
        ("/2021", "/٢021"),
        ("c0ffee00000000000000000000000001", "c0ffee00000000000000000000000002"),
    ):
        service.put_object(failed_upload.replace(written, forged), sample_files.image())
    assert service.run_command(*REBUILD, "--write").exit_code == 0
    assert service.download("NATIDE06").data == sample_files.pdf()


def test_what_a_deposit_refuses_makes_no_row_and_stops_no_other(service: PiecesService, failed_upload: str) -> None:
    service.move_to(DURING + timedelta(hours=2))
    service.delete_object(failed_upload)
    bomb = sample_files.zipped({"../../etc/passwd": b"x"})
    good, bad = (sample_files.pdf(pages=2), "d" * 32), (bomb, "e" * 32)
    for (content, deposit_id), code in ((good, "CINSIG03"), (bad, "BTSETAS4")):
        service.put_object(_key(failed_upload, content, code=code, deposit_id=deposit_id), content)
    (deposit,) = service.deposits()
    taken = _key(failed_upload, sample_files.pdf(), code="BTSLIVCOMP", deposit_id=deposit.id)  # of another piece's file
    service.put_object(taken, sample_files.pdf())
    output = service.run_command(*REBUILD, "--write").output
    assert output.endswith("ligne reconstituée : 1, déjà remplacé : 1, octets altérés : 1\n"), output
    assert service.download("CINSIG03").data == sample_files.pdf(pages=2)


def _key(like: str, content: bytes, **said: Any) -> str:
    read = parse_key(like)
    assert read is not None
    return str(dataclasses.replace(read, sha256=sha256(content).hexdigest(), **said))
