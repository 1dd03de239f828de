"""Rows and objects are compared both ways, and nothing that is not understood is deleted."""

from __future__ import annotations

import pytest

from services.chassis.tasks.registry import stopping_answered_by
from services.objects import ObjectStore, StoreUnavailable
from tests.pieces.pieces_service import ERASED_AFTER_DAYS, NO_STORE, PiecesService
from tests.support.object_store import Bucket


def test_an_object_that_no_row_names_is_reported_and_stays(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    assert service.run_command("reconcile").output == "1 ligne(s), 1 objet(s), 0 perdu(s), 0 inconnu(s)\n"
    strange = ["pieces/20200101/strange", "unfinished"]
    for key in (*strange, "installation-id", "quarantine/20200101/pieces/old"):  # the last two: of earlier versions
        service.put_object(key)
    result = service.run_command("reconcile")
    assert (result.exit_code, result.output.count("inconnu : ")) == (0, 2), result.output
    service.age_retained_objects(ERASED_AFTER_DAYS)
    assert service.run_nightly_jobs().unknown == strange
    assert len(service.objects()) == 5
    assert 'objects_unknown{service="pieces"} 2.0' in _shown(service)


def test_a_run_that_is_told_to_stop_says_nothing_of_what_it_has_not_seen(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    service.put_object("pieces/20200101/strange")
    with stopping_answered_by(lambda: True):
        assert not service.run_nightly_jobs().complete
    assert _shown(service) == []


def _shown(service: PiecesService) -> list[str]:
    return [line for line in service.metrics() if line.startswith("objects_")]


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
