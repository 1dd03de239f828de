"""Rows and objects are compared both ways, and nothing that is not understood is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from services.chassis.jobs.registry import answering_stopping
from services.objects import ObjectStore, StoreUnavailable, installation, quarantine
from services.objects.reconciliation import FEW_UNKNOWN, Stop
from services.pieces.models import db
from services.pieces.parts import parts, prepare_store
from tests.pieces import made
from tests.pieces.portal import KEPT_DAYS, Portal

if TYPE_CHECKING:
    from tests.support.object_store import Bucket, ObjectStoreServer


def _many(portal: Portal, count: int) -> set[str]:
    keys = {f"pieces/20200101/{number:032x}" for number in range(count)}
    for key in keys:
        portal.stores(key)
    return keys


def test_with_everything_in_place_there_is_nothing_to_say(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06", made.pdf())
    portal.deposit("NATIDE06", made.image(), "carte.png")
    portal.deposit("CINSIG03")
    portal.delete("CINSIG03")
    assert portal.commands("reconcile").output == "3 ligne(s), 3 objet(s), 0 perdu(s), 0 inconnu(s)\n"


def test_an_unknown_object_is_set_apart_once_it_was_unknown_long_enough_and_can_be_put_back(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    (deposited,) = portal.objects()
    portal.stores("pieces/20200101/strange")
    assert "inconnu : pieces/20200101/strange" in portal.commands("reconcile").output
    assert portal.runs_nightly_jobs().moved == 0
    portal.ages(KEPT_DAYS - 1)
    assert portal.runs_nightly_jobs().moved == 0
    assert portal.objects() == {deposited, "pieces/20200101/strange"}

    portal.ages(1.01)
    assert portal.runs_nightly_jobs().moved == 1
    (apart,) = portal.objects() - {deposited}
    assert apart.startswith("quarantine/")
    assert portal.commands("quarantine", "list").output.endswith("  pieces/20200101/strange\n")
    assert portal.commands("reconcile").output == "1 ligne(s), 1 objet(s), 0 perdu(s), 0 inconnu(s)\n"

    assert portal.commands("quarantine", "restore", "pieces/20200101/strange").exit_code == 0
    assert portal.objects() == {deposited, "pieces/20200101/strange"}


def test_a_run_that_is_told_to_stop_changes_nothing(portal: Portal) -> None:
    portal.stores("pieces/20200101/strange")
    portal.runs_nightly_jobs()
    portal.ages(KEPT_DAYS + 1)
    with answering_stopping(lambda: True):
        assert not portal.runs_nightly_jobs().complete
    assert portal.objects() == {"pieces/20200101/strange"}


@pytest.mark.parametrize("key", ["installation-id", "quarantine/20200101/pieces/old"])
def test_what_no_row_could_ever_name_is_not_set_apart(portal: Portal, key: str) -> None:
    portal.stores("quarantine/20200101/pieces/old")
    with portal.app.app_context():
        installation.mark(db, parts().store)
    refused = portal.commands("quarantine", "add", key)
    assert (refused.exit_code, refused.output) == (1, "0 objet(s) mis à part\n")
    with portal.app.app_context():
        assert parts().store.exists(key)


def test_only_a_person_deletes_from_the_quarantine_and_only_what_is_old(portal: Portal) -> None:
    portal.stores("quarantine/20200101/pieces/old")
    portal.stores("quarantine/strange")
    with portal.app.app_context():
        portal.stores("pieces/new")
        quarantine.set_apart(parts().store, "pieces/new")
    portal.runs_nightly_jobs()
    assert len(portal.objects()) == 3
    assert portal.commands("quarantine", "purge").exit_code != 0
    assert portal.commands("quarantine", "purge", "--older-than", "30").output.startswith("1 objet(s)")
    assert "quarantine/20200101/pieces/old" not in portal.objects()
    assert len(portal.objects()) == 2


def test_an_empty_database_over_a_full_store_moves_nothing_and_says_why(portal: Portal) -> None:
    keys = _many(portal, FEW_UNKNOWN + 1)
    for _ in range(2):
        report = portal.runs_nightly_jobs()
        assert (report.stop, report.moved) == (Stop.MANY_UNKNOWN, 0)
        portal.ages(KEPT_DAYS + 1)
    assert portal.objects() == keys
    told = portal.commands("reconcile")
    assert told.exit_code == 1
    assert "rebuild-from-objects" in told.output


def test_a_person_sets_apart_leftovers_that_are_too_many_and_what_rows_name_stays(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    (deposited,) = portal.objects()
    strange = sorted(_many(portal, FEW_UNKNOWN + 1))
    assert portal.commands("quarantine", "add", deposited).exit_code == 1
    assert portal.commands("quarantine", "add", strange[0]).output == "1 objet(s) mis à part\n"
    assert portal.commands("quarantine", "add", "--all").exit_code == 0
    assert portal.opened("NATIDE06").status_code == 200
    assert portal.runs_nightly_jobs().stop is None
    assert portal.commands("quarantine", "list").output.count("pieces/20200101/") == FEW_UNKNOWN + 1


def test_a_foreign_store_is_not_compared_at_all_until_a_person_adopts_it(
    portal: Portal, objects: ObjectStoreServer, bucket: Bucket
) -> None:
    prepare_store(portal.app)
    portal.registered().deposit("NATIDE06")
    foreign = Portal.over_the_store_of(bucket)
    prepare_store(foreign.app)
    try:
        assert foreign.runs_nightly_jobs().stop is Stop.FOREIGN_STORE
        told = foreign.commands("reconcile")
        assert told.exit_code == 1
        assert "adopt-store" in told.output
        assert foreign.commands("rebuild-from-objects", "--write").exit_code == 1
        assert foreign.commands("quarantine", "add", "--all").exit_code == 1
        foreign.registered().deposit("NATIDE06")
        foreign.delete("NATIDE06")
        foreign.ages(KEPT_DAYS + 2)
        foreign.runs_nightly_jobs()
        assert len(foreign.objects()) == 3, "nothing is erased in the store of another installation"
        assert foreign.commands("adopt-store").exit_code == 0
        assert foreign.runs_nightly_jobs().stop is None
    finally:
        foreign.close()
    assert portal.runs_nightly_jobs().stop is None


def test_the_first_start_gives_both_one_id_and_later_starts_leave_it(portal: Portal) -> None:
    ids = []
    for _ in range(2):
        prepare_store(portal.app)
        with portal.app.app_context():
            ids += [installation.id_of_database(db), installation.id_of_store(parts().store)]
    assert ids[0] is not None
    assert len(set(ids)) == 1


def test_a_first_start_that_ended_between_both_is_finished_by_the_next(portal: Portal) -> None:
    prepare_store(portal.app)
    portal.loses(installation.KEY)
    prepare_store(portal.app)
    with portal.app.app_context():
        assert installation.belong_together(db, parts().store)


def test_a_lost_object_is_reported_and_its_opening_says_so(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    (key,) = portal.objects()
    portal.loses(key)
    result = portal.commands("reconcile")
    assert result.exit_code == 1, result.output
    assert portal.deposits()[0].id in result.output
    assert portal.opened("NATIDE06").get_json()["type"] == "/problems/fichier-perdu"


def test_a_removed_file_that_can_still_be_restored_is_reported_when_it_is_lost(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    (key,) = portal.objects()
    portal.delete("NATIDE06")
    portal.loses(key)
    assert portal.commands("reconcile").exit_code == 1
    portal.ages(KEPT_DAYS + 2)
    assert portal.commands("reconcile").exit_code == 0
    assert portal.runs_nightly_jobs().lost_count == 0


def test_a_file_whose_bytes_changed_is_never_handed_out(portal: Portal, bucket: Bucket) -> None:
    portal.registered().deposit("NATIDE06")
    (key,) = portal.objects()
    path = bucket.folder / key
    path.write_bytes(path.read_bytes()[::-1])
    assert portal.opened("NATIDE06").get_json()["type"] == "/problems/fichier-perdu"


def test_with_the_store_down_nothing_is_taken_for_lost(portal: Portal, objects: ObjectStoreServer) -> None:
    portal.registered().deposit("NATIDE06")
    objects.stop()
    try:
        with pytest.raises(StoreUnavailable):
            portal.runs_nightly_jobs()
        assert portal.commands("reconcile").exit_code == 1
    finally:
        objects.start()
    assert portal.runs_nightly_jobs().lost_count == 0


def test_keys_that_could_not_be_ours_are_reported_and_stop_nothing(portal: Portal, bucket: Bucket) -> None:
    class Odd(ObjectStore):
        def list_keys(self, prefix: str = "") -> Iterator[str]:
            odd = ["pieces/../up", f"pieces/{'x' * 600}"]
            return iter(sorted([*odd, *super().list_keys(prefix)]))

    portal.registered().deposit("NATIDE06")
    portal.stores("pieces/20200101/strange")
    portal.stores_in(Odd(bucket.url))
    for moved in range(2):
        report = portal.runs_nightly_jobs()
        assert (report.unknown_count, report.moved) == (3, moved)
        portal.ages(KEPT_DAYS + 1)
    assert portal.commands("quarantine", "list").output.endswith("  pieces/20200101/strange\n")
