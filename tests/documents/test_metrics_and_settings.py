"""What operators see: times measured, settings refused."""

from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from deploy.containers.secret_makers import ed25519_pem
from services.chassis.settings import SettingsError
from services.documents.settings import DEMONSTRATION, DocumentsSettings
from tests.documents.example_events import saved
from tests.documents.service import Service

ENVIRONMENT = {
    "ENV": "test",
    "DATABASE_URL": "sqlite:///x.db",
    "BROKER_URL": "sqlite:///b.db",
    "ACCOUNTS_URL": "http://127.0.0.1:1",
    "REGISTRATIONS_URL": "http://127.0.0.1:1",
    "CLIENT_ID": "documents",
    "CLIENT_SECRET": "x" * 16,
    "OBJECTS_URL": "s3+http://k:s@127.0.0.1:1/b",
    "PAPER_KEY": ed25519_pem(),
}


def test_the_time_from_the_save_to_the_document_is_measured(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_key_of_papers_that_cannot_be_read_is_named() -> None:
    for name in ("PAPER_KEY", "PAPER_PUBLIC_KEYS"):
        with pytest.raises(SettingsError, match="PAPER_KEY, PAPER_PUBLIC_KEYS: an Ed25519"):
            DocumentsSettings.read({**ENVIRONMENT, name: "no key"})


def test_a_seal_that_cannot_be_had_is_named() -> None:
    for name, value in (("PAPER_SEAL_FILE", "/no/file"), ("PAPER_TIME_STAMPS_URL", "horodatage.example")):
        with pytest.raises(SettingsError, match=name):
            DocumentsSettings.read({**ENVIRONMENT, name: value})
