"""Lost objects are made again where they can, and nothing that is not understood is deleted."""

from collections.abc import Iterator
from dataclasses import replace

from services.contracts.document_rules import AUTOMATIC_TYPES, FileFormat
from services.documents.dependencies import attach
from services.documents.models import SavedVersion, db
from services.documents.operations.reconciliation import reconciliation
from services.objects import ObjectStore
from services.objects.reconciliation import Report
from tests.documents.example_events import CANDIDATURE, saved
from tests.documents.service import Service
from tests.documents.text_extraction import text_of_pdf
from tests.support.object_store import Bucket

FORMS = len(AUTOMATIC_TYPES) * len(FileFormat)
"""Objects of a version."""


def _reconciled(service: Service) -> Report:
    with service.app.app_context():
        return reconciliation().run()


def test_a_lost_object_is_made_again_and_the_other_form_stays_for_its_time(issued: Service) -> None:
    strange = ["documents/20200101/00.pdf", "publications/20200101/00.pdf", "strange.pdf"]
    for key in strange:
        issued.put_object(key, b"x")
    issued.dependencies.store.delete(next(key for key in issued.keys(".pdf") if key not in strange))
    report = _reconciled(issued)
    assert (report.mended, report.lost_count) == (1, 0)
    assert sorted(report.unknown) == strange
    assert set(strange) <= set(issued.keys()), "reported, they stay"
    for key in strange:
        issued.dependencies.store.delete(key)
    assert len(issued.keys()) == FORMS + 1
    report = _reconciled(issued)
    assert (report.rows, report.objects) == (FORMS + 1, FORMS + 1), "with the form that stays for its time"
    assert (report.mended, report.lost_count, report.unknown_count) == (0, 0, 0)
    for document in issued.documents():
        answer = issued.get(f"/documents/{document['id']}/file")
        assert len(answer.data) == document["size"]
        assert "62141027040" in text_of_pdf(answer.data)


def test_a_document_that_cannot_be_made_again_keeps_no_other_waiting(issued: Service) -> None:
    issued.receive_and_create_documents(saved(version=2))
    with issued.app.app_context(), db.operation() as session:
        session.get_one(SavedVersion, (CANDIDATURE, 1)).payload = {"of": "another release"}
    for key in issued.keys(".pdf"):
        issued.dependencies.store.delete(key)
    report = _reconciled(issued)
    assert (report.mended, report.lost_count) == (len(AUTOMATIC_TYPES), len(AUTOMATIC_TYPES))


def test_what_is_made_while_the_store_is_listed_is_not_lost_nor_made_again(service: Service, bucket: Bucket) -> None:
    class Overtaken(ObjectStore):
        def list_keys(self) -> Iterator[str]:
            listed = list(super().list_keys())
            service.receive_and_create_documents(saved(version=2))
            return iter(listed)

    service.receive_and_create_documents(saved())
    attach(service.app, replace(service.dependencies, store=Overtaken(bucket.url)))
    report = _reconciled(service)
    assert (report.rows, report.objects) == (2 * FORMS, FORMS)
    assert (report.mended, report.lost_count, report.unknown_count) == (0, 0, 0)
    assert len(service.documents()) == 2 * len(AUTOMATIC_TYPES)


def test_what_is_listed_before_its_row_is_committed_is_not_unknown(service: Service, bucket: Bucket) -> None:
    class Overtaking(ObjectStore):
        def list_keys(self) -> Iterator[str]:
            service.receive_and_create_documents(saved(version=2))  # once the rows were read
            yield from super().list_keys()

    service.receive_and_create_documents(saved())
    attach(service.app, replace(service.dependencies, store=Overtaking(bucket.url)))
    report = _reconciled(service)
    assert (report.lost_count, report.unknown_count) == (0, 0)
