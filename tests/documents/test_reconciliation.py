"""Lost objects are made again, leftovers deleted, and nothing else is touched."""

from typing import TYPE_CHECKING

import pytest

from services.chassis.objects import StoreUnavailable
from services.documents.operations.reconciliation import Findings, reconcile
from tests.documents.example import saved
from tests.documents.reading import text_of_pdf
from tests.documents.service import Service

if TYPE_CHECKING:
    from tests.support.objects import Objects


def _reconciled(service: Service) -> Findings:
    with service.app.app_context():
        return reconcile(service.parts)


def test_with_everything_in_place_nothing_happens(service: Service) -> None:
    service.publishes(saved())
    assert _reconciled(service) == Findings(remade=0, lost=0, deleted=0)
    assert len(service.keys()) == 4


def test_a_lost_object_is_made_again(service: Service) -> None:
    service.publishes(saved())
    service.parts.store.delete(service.keys(".pdf")[0])
    assert _reconciled(service) == Findings(remade=1, lost=0, deleted=0)
    assert len(service.keys()) == 4
    for one in service.documents():
        answer = service.get(f"/documents/{one['id']}/file")
        assert len(answer.data) == one["size"]
        assert "62141027040" in text_of_pdf(answer.data)


def test_leftovers_of_past_days_are_deleted_and_todays_left_alone(service: Service) -> None:
    service.publishes(saved())
    today = service.keys()[0].rpartition("/")[0]
    old, strange, fresh = "documents/20200101/00.pdf", "strange.pdf", f"{today}/00.pdf"
    for key in (old, strange, fresh):
        service.stores(key, b"x")
    assert _reconciled(service) == Findings(remade=0, lost=0, deleted=1)
    left = service.keys()
    assert old not in left
    assert {strange, fresh} <= set(left)


def test_with_the_store_down_nothing_is_taken_for_lost(service: Service, objects: "Objects") -> None:
    service.publishes(saved())
    objects.stop()
    try:
        with pytest.raises(StoreUnavailable):
            _reconciled(service)
    finally:
        objects.start()
    assert len(service.documents()) == 2
