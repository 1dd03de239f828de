"""Rows and objects are compared both ways, and nothing that is not understood is deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.chassis.jobs.registry import stopping_answered_by
from services.objects import ObjectStore, StoreUnavailable, installation, quarantine, reconciliation
from services.objects.reconciliation import Stop
from services.objects.tables import KEY_LENGTH
from services.pieces.dependencies import dependencies, prepare_store
from services.pieces.models import db
from tests.pieces import sample_files
from tests.pieces.pieces_service import ERASED_AFTER_DAYS, KEPT_DAYS, NO_STORE, PiecesService
from tests.support.object_store import Bucket


@pytest.fixture
def many(service: PiecesService, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The keys of unknown objects, one more than are thought few."""
    for limit in ("FEW_UNKNOWN", "_MOVE_BATCH"):
        monkeypatch.setattr(reconciliation, limit, 2)
    keys = {f"pieces/20200101/{number:032x}" for number in range(3)}
    for key in keys:
        service.put_object(key)
    return keys


def test_with_everything_in_place_there_is_nothing_to_say(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06", sample_files.pdf())
    service.deposit("NATIDE06", sample_files.image(), "carte.png")
    service.deposit("CINSIG03")
    service.delete("CINSIG03")
    assert service.run_command("reconcile").output == "3 ligne(s), 3 objet(s), 0 perdu(s), 0 inconnu(s)\n"


def test_an_object_is_set_apart_once_it_was_unknown_long_enough_and_can_be_put_back(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    (deposited_key,) = service.objects()
    service.put_object("pieces/20200101/strange")
    assert "inconnu : pieces/20200101/strange" in service.run_command("reconcile").output
    assert service.run_nightly_jobs().moved == 0
    service.age_retained_objects(KEPT_DAYS - 1)
    assert service.run_nightly_jobs().moved == 0
    assert service.objects() == {deposited_key, "pieces/20200101/strange"}

    service.age_retained_objects(1.01)
    with stopping_answered_by(lambda: True):
        assert not service.run_nightly_jobs().complete
    assert service.objects() == {deposited_key, "pieces/20200101/strange"}, "a run that is told to stop moves nothing"
    assert service.run_nightly_jobs().moved == 1
    (apart,) = service.objects() - {deposited_key}
    assert apart.startswith("quarantine/")
    assert service.run_command("quarantine", "list").output.endswith("  pieces/20200101/strange\n")
    assert service.run_command("reconcile").output == "1 ligne(s), 1 objet(s), 0 perdu(s), 0 inconnu(s)\n"

    assert service.run_command("quarantine", "restore", "pieces/20200101/strange").exit_code == 0
    assert service.objects() == {deposited_key, "pieces/20200101/strange"}


def test_what_no_row_could_ever_name_is_not_set_apart(service: PiecesService) -> None:
    old = "quarantine/20200101/pieces/old"
    service.put_object(old)
    prepare_store(service.app)
    for key in (installation.KEY, old):
        refused = service.run_command("quarantine", "add", key)
        assert (refused.exit_code, refused.output) == (1, "0 objet(s) mis à part\n")
    assert service.objects() == {installation.KEY, old}


def test_only_a_person_deletes_from_the_quarantine_and_only_what_is_old(service: PiecesService) -> None:
    service.put_object("quarantine/20200101/pieces/old")
    service.put_object("quarantine/strange")
    with service.app.app_context():
        service.put_object("pieces/new")
        quarantine.set_apart(dependencies().store, "pieces/new")
    service.run_nightly_jobs()
    assert len(service.objects()) == 3
    assert service.run_command("quarantine", "purge").exit_code != 0
    assert service.run_command("quarantine", "purge", "--older-than", "30").output.startswith("1 objet(s)")
    assert "quarantine/20200101/pieces/old" not in service.objects()
    assert len(service.objects()) == 2


def test_an_empty_database_over_a_full_store_moves_nothing_and_says_why(service: PiecesService, many: set[str]) -> None:
    for _ in range(2):
        report = service.run_nightly_jobs()
        assert (report.stop, report.moved) == (Stop.MANY_UNKNOWN, 0)
        service.age_retained_objects(KEPT_DAYS + 1)
    assert service.objects() == many
    result = service.run_command("reconcile")
    assert result.exit_code == 1
    assert "rebuild-from-objects" in result.output
    shown = _shown(service)
    assert 'objects_reconciliation_stopped{reason="many_unknown",service="pieces"} 1.0' in shown
    assert 'objects_reconciliation_stopped{reason="foreign_store",service="pieces"} 0.0' in shown
    assert 'objects_unknown{service="pieces"} 3.0' in shown


def _shown(service: PiecesService) -> list[str]:
    return [line for line in service.metrics() if line.startswith("objects_")]


def test_a_person_sets_apart_too_many_leftovers_and_no_file_of_a_row(service: PiecesService, many: set[str]) -> None:
    service.registered().deposit("NATIDE06")
    (deposited_key,) = service.objects() - many
    assert service.run_command("quarantine", "add", deposited_key).exit_code == 1
    assert service.run_command("quarantine", "add", min(many)).output == "1 objet(s) mis à part\n"
    assert service.run_command("quarantine", "add", "--all").exit_code == 0
    assert service.download("NATIDE06").status_code == 200
    assert service.run_nightly_jobs().stop is None
    assert service.run_command("quarantine", "list").output.count("pieces/20200101/") == 3


def test_a_foreign_store_is_not_compared_until_a_person_adopts_it(service: PiecesService, bucket: Bucket) -> None:
    prepare_store(service.app)
    service.registered().deposit("NATIDE06")
    foreign = PiecesService.with_store_of(bucket)
    prepare_store(foreign.app)
    try:
        assert foreign.run_nightly_jobs().stop is Stop.FOREIGN_STORE
        result = foreign.run_command("reconcile")
        assert result.exit_code == 1
        assert "adopt-store" in result.output
        assert foreign.run_command("rebuild-from-objects", "--write").exit_code == 1
        assert foreign.run_command("quarantine", "add", "--all").exit_code == 1
        foreign.registered().deposit("NATIDE06")
        foreign.delete("NATIDE06")
        foreign.age_retained_objects(ERASED_AFTER_DAYS)
        foreign.run_nightly_jobs()
        assert len(foreign.objects()) == 3, "nothing is erased in the store of another installation"
        assert foreign.run_command("adopt-store").exit_code == 0
        assert foreign.run_nightly_jobs().stop is None
    finally:
        foreign.close()
    assert service.run_nightly_jobs().stop is None


def test_the_first_start_gives_both_one_id_which_later_starts_leave_or_finish(service: PiecesService) -> None:
    ids = []
    for _ in range(2):
        prepare_store(service.app)
        with service.app.app_context():
            ids += [installation.id_of_database(db), installation.id_of_store(dependencies().store)]
    assert ids[0] is not None
    assert len(set(ids)) == 1
    service.delete_object(installation.KEY)  # as if the first start had ended between both
    prepare_store(service.app)
    with service.app.app_context():
        assert installation.belong_together(db, dependencies().store)


def test_an_object_that_is_lost_or_changed_is_reported_and_not_opened(service: PiecesService, bucket: Bucket) -> None:
    service.registered().deposit("NATIDE06")
    service.deposit("CINSIG03")
    assert _shown(service) == []
    lost, changed = service.deposits()
    service.delete_object(lost.object_key)
    path = bucket.folder / changed.object_key
    path.write_bytes(path.read_bytes()[::-1])
    result = service.run_command("reconcile")
    assert result.exit_code == 1, result.output
    assert lost.id in result.output
    for code in ("NATIDE06", "CINSIG03"):
        assert service.download(code).get_json()["type"] == "/problems/fichier-perdu"
    service.run_job("reconcile")
    shown = _shown(service)
    assert 'objects_lost{service="pieces"} 1.0' in shown
    assert 'objects_unknown{service="pieces"} 0.0' in shown


def test_a_removed_file_that_can_still_be_restored_is_reported_when_it_is_lost(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    (key,) = service.objects()
    service.delete("NATIDE06")
    service.delete_object(key)
    assert service.run_command("reconcile").exit_code == 1
    service.age_retained_objects(ERASED_AFTER_DAYS)
    assert service.run_command("reconcile").exit_code == 0
    assert service.run_nightly_jobs().lost_count == 0


def test_with_the_store_down_nothing_is_taken_for_lost(service: PiecesService, bucket: Bucket) -> None:
    service.registered().deposit("NATIDE06")
    service.use_store(ObjectStore(NO_STORE))
    with pytest.raises(StoreUnavailable):
        service.run_nightly_jobs()
    assert service.run_command("reconcile").exit_code == 1
    service.use_store(ObjectStore(bucket.url))
    assert service.run_nightly_jobs().lost_count == 0


def test_keys_that_could_not_be_ours_are_reported_and_stop_nothing(service: PiecesService, bucket: Bucket) -> None:
    class Odd(ObjectStore):
        def list_keys(self, prefix: str = "") -> Iterator[str]:
            odd = ["pieces/../up", f"pieces/{'x' * KEY_LENGTH}"]
            return iter(sorted([*odd, *super().list_keys(prefix)]))

    service.registered().deposit("NATIDE06")
    service.put_object("pieces/20200101/strange")
    service.use_store(Odd(bucket.url))
    for moved in range(2):
        report = service.run_nightly_jobs()
        assert (report.unknown_count, report.moved) == (3, moved)
        service.age_retained_objects(KEPT_DAYS + 1)
    assert service.run_command("quarantine", "list").output.endswith("  pieces/20200101/strange\n")
