"""Rows that a database has lost are made again from the keys of their objects."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from services.pieces.parts import prepare_store
from tests.pieces import made
from tests.pieces.example import DURING, saved, withdrawn
from tests.pieces.portal import Portal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.objects import Bucket


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
    assert emptied.commands("rebuild-from-objects", "--write").output.count("candidature inconnue :") == 3
    emptied.hears(saved())
    listed = emptied.commands("rebuild-from-objects").output
    assert "relancez avec --write" in listed
    assert emptied.deposits() == []

    assert emptied.commands("rebuild-from-objects", "--write").exit_code == 0
    assert emptied.opened("NATIDE06").data == made.image()
    assert emptied.opened("CINSIG03").data == made.pdf(pages=2)
    assert emptied.piece("CINSIG03")["deposit"]["filename"] == "CINSIG03.pdf"
    assert emptied.commands("reconcile").exit_code == 0
    assert emptied.commands("rebuild-from-objects", "--write").output == "Tous les objets sont connus.\n"


def test_what_was_deposited_since_is_not_replaced_by_something_older(emptied: Portal) -> None:
    emptied.at(DURING + timedelta(hours=1)).hears(saved())
    emptied.deposit("NATIDE06", made.pdf(pages=3))
    emptied.commands("rebuild-from-objects", "--write")
    assert emptied.opened("NATIDE06").data == made.pdf(pages=3)


def test_altered_bytes_and_foreign_keys_make_no_row(emptied: Portal, bucket: Bucket) -> None:
    emptied.hears(saved())
    emptied.stores("pieces/20200101/strange")
    for path in (bucket.folder / "pieces").rglob("*-*-*"):
        path.write_bytes(b"%PDF-1.4 something else")
    output = emptied.commands("rebuild-from-objects", "--write").output
    assert output.endswith("3 octets altérés, 1 aucune ligne à reconstituer\n"), output
    assert emptied.deposits() == []


def test_files_of_a_withdrawn_candidature_come_back_hidden(emptied: Portal) -> None:
    emptied.hears(saved(), withdrawn())
    assert emptied.commands("rebuild-from-objects", "--write").exit_code == 0
    assert len(emptied.deposits()) == 3
    assert emptied.call("GET", "/candidatures").get_json() == {"candidatures": []}
