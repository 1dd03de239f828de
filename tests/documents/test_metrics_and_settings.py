"""What operators see: times measured, settings refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from services.chassis.settings import SettingsError
from services.documents.settings import DEMONSTRATION, DocumentsSettings
from tests.documents.example_events import CANDIDATURE, saved
from tests.documents.registrations_stub import RegistrationsStub
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


def test_all_who_ask_at_once_before_the_event_are_served(service: Service, registrations: RegistrationsStub) -> None:
    registrations.set_current(saved(numero_candidat="02103000006"))  # rendered by no other test
    with ThreadPoolExecutor(6) as askers:
        answers = [askers.submit(service.get, f"/candidatures/{CANDIDATURE}/confirmation") for _ in range(6)]
    assert [answer.result().status_code for answer in answers] == [200] * 6


def test_a_missing_setting_is_named() -> None:
    for name in ENVIRONMENT:
        environment = {key: value for key, value in ENVIRONMENT.items() if key != name}
        with pytest.raises(SettingsError, match=name):
            DocumentsSettings.read(environment)


def test_only_production_prints_documents_of_value() -> None:
    assert DocumentsSettings.read(ENVIRONMENT).letterhead().notice == DEMONSTRATION
    assert DocumentsSettings.read({**ENVIRONMENT, "ENV": "production"}).letterhead().notice is None
