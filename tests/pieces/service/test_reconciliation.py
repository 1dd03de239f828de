"""Rows and objects are compared both ways, and nothing that is not understood is deleted."""

import pytest

from services.chassis.tasks.registry import stopping_answered_by
from services.objects import ObjectStore, StoreUnavailable
from tests.pieces.pieces_service import ERASED_AFTER_DAYS, NO_STORE, PiecesService
from tests.support.object_store import Bucket


def test_an_object_that_no_row_names_is_reported_and_stays(deposited: PiecesService) -> None:
    assert deposited.run_command("reconcile").output == "1 ligne(s), 1 objet(s), 0 perdu(s), 0 inconnu(s)\n"
    strange = ["pieces/20200101/strange", "unfinished"]
    for key in (*strange, "installation-id", "quarantine/20200101/pieces/old"):  # the last two: of earlier versions
        deposited.put_object(key)
    result = deposited.run_command("reconcile")
    assert (result.exit_code, result.output.count("inconnu : ")) == (0, 2), result.output
    deposited.age_retained_objects(ERASED_AFTER_DAYS)
    assert deposited.run_nightly_jobs().unknown == strange
    assert len(deposited.objects()) == 5
    assert 'objects_unknown{service="pieces"} 2.0' in _shown(deposited)


def test_a_run_that_is_told_to_stop_says_nothing_of_what_it_has_not_seen(deposited: PiecesService) -> None:
    deposited.put_object("pieces/20200101/strange")
    with stopping_answered_by(lambda: True):
        assert not deposited.run_nightly_jobs().complete
    assert _shown(deposited) == []


def _shown(service: PiecesService) -> list[str]:
    return [line for line in service.metrics() if line.startswith("objects_")]


def test_an_object_that_is_lost_or_changed_is_reported_and_not_opened(deposited: PiecesService, bucket: Bucket) -> None:
    deposited.deposit("CINSIG03")
    assert _shown(deposited) == []
    lost, changed = deposited.deposits()
    deposited.delete_object(lost.object_key)
    path = bucket.folder / changed.object_key
    path.write_bytes(path.read_bytes()[::-1])
    result = deposited.run_command("reconcile")
    assert result.exit_code == 1, result.output
    assert lost.id in result.output
    for code in ("NATIDE06", "CINSIG03"):
        assert deposited.download(code).get_json()["type"] == "/problems/fichier-perdu"
    deposited.run_job("reconcile")
    shown = _shown(deposited)
    assert 'objects_lost{service="pieces"} 1.0' in shown
    assert 'objects_unknown{service="pieces"} 0.0' in shown


def test_a_removed_file_that_can_still_be_restored_is_reported_when_it_is_lost(deposited: PiecesService) -> None:
    (key,) = deposited.objects()
    deposited.delete("NATIDE06")
    deposited.delete_object(key)
    assert deposited.run_command("reconcile").exit_code == 1
    deposited.age_retained_objects(ERASED_AFTER_DAYS)
    assert deposited.run_command("reconcile").exit_code == 0
    assert deposited.run_nightly_jobs().lost_count == 0


def test_with_the_store_down_nothing_is_taken_for_lost(deposited: PiecesService, bucket: Bucket) -> None:
    deposited.use(store=ObjectStore(NO_STORE))
    with pytest.raises(StoreUnavailable):
        deposited.run_nightly_jobs()
    assert deposited.run_command("reconcile").exit_code == 1
    deposited.use(store=ObjectStore(bucket.url))
    assert deposited.run_nightly_jobs().lost_count == 0
