"""Rows that a database has lost are made again from the keys of their objects."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from services.pieces.domain.object_keys import read_key
from services.pieces.parts import prepare_store
from tests.pieces import made
from tests.pieces.example import DURING, saved, withdrawn
from tests.pieces.portal import Portal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.object_store import Bucket


REBUILD = ("rebuild-from-objects", "--minutes", "0")


@pytest.fixture
def emptied(portal: Portal, bucket: Bucket) -> Iterator[Portal]:
    """A new database over the store in which two files were deposited for one piece and one for another."""
    portal.registered().deposit("NATIDE06", made.pdf(), "un.pdf")
    portal.deposit("NATIDE06", made.image(), "deux.png")
    portal.deposit("CINSIG03", made.pdf(pages=2), "trois.pdf")
    running = Portal.over_the_store_of(bucket)
    prepare_store(running.app)
    yield running
    running.close()


def test_files_come_back_once_their_candidature_is_known_again(emptied: Portal) -> None:
    assert emptied.commands(*REBUILD, "--write").output.count("candidature inconnue : pieces/") == 3
    emptied.hears(saved())
    listed = emptied.commands(*REBUILD).output
    assert "relancez avec --write" in listed
    assert emptied.deposits() == []

    assert emptied.commands(*REBUILD, "--write").exit_code == 0
    assert emptied.opened("NATIDE06").data == made.image()
    assert emptied.opened("CINSIG03").data == made.pdf(pages=2)
    assert emptied.piece("CINSIG03")["deposit"]["filename"] == "CINSIG03.pdf"
    assert emptied.commands("reconcile").exit_code == 0
    assert emptied.commands(*REBUILD, "--write").output == "Tous les objets sont connus.\n"


def test_of_many_files_later_than_an_older_database_the_newest_is_current(portal: Portal, bucket: Bucket) -> None:
    older = Portal.over_the_store_of(bucket)
    older.registered().deposit("NATIDE06", made.pdf(), "un.pdf")
    key = older.deposits()[0].object_key
    portal.registered()
    for pages in (2, 3, 4):
        portal.at(DURING + timedelta(hours=pages)).deposit("NATIDE06", made.pdf(pages=pages), f"{pages}.pdf")
    older.at(DURING + timedelta(hours=5))
    output = older.commands(*REBUILD, "--write").output
    assert output.endswith("ligne reconstituée : 3\n"), output
    assert older.opened("NATIDE06").data == made.pdf(pages=4)
    assert [row.removed_at is None for row in older.deposits()] == [False, False, False, True]
    assert older.deposits()[0].object_key == key
    assert older.commands("reconcile").exit_code == 0
    older.close()


def test_what_was_deposited_since_is_not_replaced_by_something_older(emptied: Portal) -> None:
    emptied.at(DURING + timedelta(hours=1)).hears(saved())
    emptied.deposit("NATIDE06", made.pdf(pages=3))
    emptied.commands(*REBUILD, "--write")
    assert emptied.opened("NATIDE06").data == made.pdf(pages=3)


def test_altered_bytes_and_foreign_keys_make_no_row(emptied: Portal, bucket: Bucket) -> None:
    emptied.hears(saved())
    emptied.stores("pieces/20200101/strange")
    for path in (bucket.folder / "pieces").rglob("*-*-*"):
        path.write_bytes(b"%PDF-1.4 something else")
    output = emptied.commands(*REBUILD, "--write").output
    assert output.endswith("octets altérés : 3, sans ligne possible : 1\n"), output
    assert emptied.deposits() == []


def test_files_of_a_withdrawn_candidature_come_back_hidden(emptied: Portal) -> None:
    emptied.hears(saved(), withdrawn())
    assert emptied.commands(*REBUILD, "--write").exit_code == 0
    assert len(emptied.deposits()) == 3
    assert emptied.call("GET", "/candidatures").get_json() == {"candidatures": []}


def test_what_a_request_may_be_about_to_name_is_left_alone(emptied: Portal) -> None:
    emptied.hears(saved())
    assert emptied.commands("rebuild-from-objects", "--write").output.endswith("trop récent : 3\n")
    assert emptied.deposits() == []


@pytest.fixture
def failed_upload(portal: Portal) -> str:
    """An object that a commit never followed; the candidate was told to come back, and his earlier file is there."""
    portal.registered().deposit("NATIDE06", made.pdf(), "un.pdf")
    portal.at(DURING + timedelta(hours=1))
    (row,) = portal.deposits()
    read = read_key(row.object_key)
    assert read is not None
    content = made.image()
    key = _key(str(dataclasses.replace(read, deposited_at=portal.now)), "NATIDE06", "d" * 32, content)
    portal.stores(key, content)
    return key


@pytest.mark.parametrize("since", ["validated", "controlled", "deleted", "deposited again"])
def test_an_upload_that_failed_takes_no_place_of_what_was_done_since(
    portal: Portal, failed_upload: str, since: str
) -> None:
    portal.at(DURING + timedelta(hours=2))
    {
        "validated": lambda: portal.validate("NATIONALITE"),
        "controlled": lambda: portal.control("NATIDE06", "compliant"),
        "deleted": lambda: portal.delete("NATIDE06"),
        "deposited again": lambda: portal.deposit("NATIDE06", made.pdf(pages=2), "deux.pdf"),
    }[since]()
    before = portal.piece("NATIDE06")
    assert f"déjà remplacé : {failed_upload}" in portal.commands(*REBUILD, "--write").output
    assert portal.piece("NATIDE06") == before


@pytest.mark.parametrize(
    "forged",
    [
        lambda key: key.replace("NATIDE06", "NATIDE0%36"),  # another spelling of the piece's code
        lambda key: key.replace("/2021", "/9999"),  # after now
        lambda key: key.replace("/2021", "/٢021"),
        lambda key: key.replace("c0ffee00000000000000000000000001", "c0ffee00000000000000000000000002"),
    ],
)
def test_a_key_that_no_deposit_would_have_makes_no_row(
    portal: Portal, failed_upload: str, forged: Callable[[str], str]
) -> None:
    portal.at(DURING + timedelta(hours=2))
    portal.stores(forged(failed_upload), made.image())
    portal.loses(failed_upload)
    assert portal.commands(*REBUILD, "--write").exit_code == 0
    assert portal.opened("NATIDE06").data == made.pdf()


def test_what_a_deposit_would_have_refused_makes_no_row_and_stops_no_other(portal: Portal, failed_upload: str) -> None:
    portal.at(DURING + timedelta(hours=2))
    portal.loses(failed_upload)
    bomb = made.zipped({"../../etc/passwd": b"x"})
    good, bad = (made.pdf(pages=2), "d" * 32), (bomb, "e" * 32)
    for (content, deposit_id), code in ((good, "CINSIG03"), (bad, "BTSETAS4")):
        portal.stores(_key(failed_upload, code, deposit_id, content), content)
    (mine,) = portal.deposits()
    portal.stores(_key(failed_upload, "BTSLIVCOMP", mine.id, made.pdf()), made.pdf())  # the id of another piece's file
    output = portal.commands(*REBUILD, "--write").output
    assert output.endswith("ligne reconstituée : 1, déjà remplacé : 1, octets altérés : 1\n"), output
    assert portal.opened("CINSIG03").data == made.pdf(pages=2)


def _key(like: str, code: str, deposit_id: str, content: bytes) -> str:
    read = read_key(like)
    assert read is not None
    return str(dataclasses.replace(read, code=code, deposit_id=deposit_id, sha256=sha256(content).hexdigest()))
