"""Rows and objects are compared both ways."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from services.pieces.parts import parts
from tests.pieces.portal import Portal

if TYPE_CHECKING:
    from tests.support.objects import Bucket


def _put(portal: Portal, key: str) -> None:
    with portal.app.app_context():
        parts().store.put(key, io.BytesIO(b"bytes"), 5, "application/pdf")


def _lose(portal: Portal, key: str) -> None:
    with portal.app.app_context():
        parts().store.delete(key)


def test_old_objects_without_a_row_are_deleted_and_recent_or_foreign_ones_are_not(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    (kept,) = portal.objects()
    foreign, fresh = "documents/20200101/x.pdf", f"{kept.rpartition('/')[0]}/{'a' * 32}"
    for key in (foreign, fresh, f"pieces/20200101/{'b' * 32}"):
        _put(portal, key)
    told = portal.app.test_cli_runner().invoke(args=["reconcile", "--dry-run"])
    assert told.output == "1 fichier(s) vérifié(s), 1 reste(s), 0 perdu(s)\n"
    assert len(portal.objects()) == 4
    portal.app.test_cli_runner().invoke(args=["reconcile"])
    assert portal.objects() == {kept, foreign, fresh}


def test_a_lost_object_is_reported_and_its_opening_says_so(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    (key,) = portal.objects()
    _lose(portal, key)
    result = portal.app.test_cli_runner().invoke(args=["reconcile"])
    assert result.exit_code == 1, result.output
    assert portal.deposits()[0].id in result.output
    assert portal.opened("NATIDE06").get_json()["type"] == "/problems/fichier-perdu"


def test_a_file_whose_bytes_changed_is_never_handed_out(portal: Portal, bucket: Bucket) -> None:
    portal.registered().deposit("NATIDE06")
    (key,) = portal.objects()
    path = bucket.folder / key
    path.write_bytes(path.read_bytes()[::-1])
    assert portal.opened("NATIDE06").get_json()["type"] == "/problems/fichier-perdu"


def test_a_file_taken_back_is_not_reported_as_lost(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    (key,) = portal.objects()
    portal.delete("NATIDE06")
    _lose(portal, key)
    assert portal.app.test_cli_runner().invoke(args=["reconcile"]).exit_code == 0
    assert portal.works() == []
