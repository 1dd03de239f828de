"""What operators see of documents, and mend: times measured, settings refused, lost objects made
again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

import pytest
from prometheus_client import REGISTRY

from services.chassis.settings import SettingsError
from services.contracts.document_rules import AUTOMATIC_TYPES, FileFormat
from services.documents.dependencies import attach
from services.documents.models import SavedVersion, db
from services.documents.operations.reconciliation import reconciliation
from services.documents.settings import DEMONSTRATION, DocumentsSettings
from services.objects import ObjectStore
from services.objects.reconciliation import Report
from tests.documents.example_events import CANDIDATURE, saved
from tests.documents.process_environment import ENVIRONMENT
from tests.documents.service import Service
from tests.support.object_store import Bucket


def test_the_time_from_the_save_to_the_document_is_measured(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def within(seconds: str) -> float:
        labels = {"type": "confirmation", "le": seconds}
        return REGISTRY.get_sample_value("documents_after_save_seconds_bucket", labels) or 0

    event = saved()
    at = datetime.fromisoformat(event.saved_at) + timedelta(seconds=50)
    monkeypatch.setattr("services.documents.operations.automatic_documents.portal_now", lambda: at)
    before = within("30.0"), within("60.0")
    service.receive_and_create_documents(event)
    service.create_documents()  # once more: nothing is missing, nothing is measured
    assert (within("30.0"), within("60.0")) == (before[0], before[1] + 1)


def test_only_production_prints_documents_of_value() -> None:
    assert DocumentsSettings.read(ENVIRONMENT).letterhead().notice == DEMONSTRATION
    assert DocumentsSettings.read({**ENVIRONMENT, "ENV": "production"}).letterhead().notice is None


def test_a_key_or_a_seal_of_papers_that_cannot_be_had_is_named() -> None:
    for name in ("PAPER_KEY", "PAPER_PUBLIC_KEYS"):
        with pytest.raises(SettingsError, match="PAPER_KEY, PAPER_PUBLIC_KEYS: an Ed25519"):
            DocumentsSettings.read({**ENVIRONMENT, name: "no key"})
    for name, value in (
        ("PAPER_SEAL_FILE", "/no/file"),
        ("PAPER_TIME_STAMPS_URL", "horodatage.example"),
    ):
        with pytest.raises(SettingsError, match=name):
            DocumentsSettings.read({**ENVIRONMENT, name: value})


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
    assert (report.rows, report.objects) == (FORMS + 1, FORMS + 1), (
        "with the form that stays for its time"
    )
    assert (report.mended, report.lost_count, report.unknown_count) == (0, 0, 0)
    for document in issued.documents():
        assert len(issued.get(f"/documents/{document['id']}/file").data) == document["size"]
        assert "62141027040" in issued.texts_of(document)[0]


def test_a_document_that_cannot_be_made_again_keeps_no_other_waiting(issued: Service) -> None:
    issued.receive_and_create_documents(saved(version=2))
    with issued.app.app_context(), db.operation() as transaction:
        transaction.get_one(SavedVersion, (CANDIDATURE, 1)).payload = {"of": "another release"}
    for key in issued.keys(".pdf"):
        issued.dependencies.store.delete(key)
    report = _reconciled(issued)
    assert (report.mended, report.lost_count) == (len(AUTOMATIC_TYPES), len(AUTOMATIC_TYPES))


@pytest.mark.parametrize(
    ("first", "seen"), [("rows", (FORMS, 2 * FORMS)), ("keys", (2 * FORMS, FORMS))]
)
def test_what_is_made_meanwhile_is_not_lost(
    issued: Service, bucket: Bucket, first: str, seen: tuple[int, int]
) -> None:
    """Nor unknown: between the reading of rows and that of keys, whichever comes first."""

    def made() -> Iterator[str]:
        issued.receive_and_create_documents(saved(version=2))
        yield from ()

    class Overtaken(ObjectStore):
        def list_keys(self) -> Iterator[str]:
            keys = super().list_keys()
            return chain(made(), keys) if first == "rows" else iter([*keys, *made()])

    attach(issued.app, replace(issued.dependencies, store=Overtaken(bucket.url)))
    report = _reconciled(issued)
    assert (report.rows, report.objects) == seen
    assert (report.mended, report.lost_count, report.unknown_count) == (0, 0, 0)
    assert len(issued.documents()) == 2 * len(AUTOMATIC_TYPES)
