"""Rows of documents that a database has lost are made again from the keys of their objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.contracts.document_rules import AUTOMATIC_TYPES
from services.documents.dependencies import prepare_store
from tests.documents.example_events import saved
from tests.documents.registrations_stub import RegistrationsStub
from tests.documents.service import Service
from tests.documents.test_publications import published
from tests.support.object_store import Bucket

REBUILD = ("rebuild-from-objects", "--minutes", "0")


@pytest.fixture
def emptied(service: Service, bucket: Bucket, registrations: RegistrationsStub, tmp_path: Path) -> Service:
    """A new database over the store in which a version has its documents and a convocation was published."""
    service.receive_and_create_documents(saved())
    published(service)
    other = Service(f"sqlite:///{tmp_path / 'other.db'}", bucket.url, registrations.url)
    prepare_store(other.app)
    return other


def test_documents_come_back_once_their_candidature_is_known_again(service: Service, emptied: Service) -> None:
    assert (
        emptied.run_command(*REBUILD, "--write").output.count("candidature inconnue : documents/")
        == len(AUTOMATIC_TYPES) + 1
    )
    emptied.receive(saved())
    assert emptied.run_command(*REBUILD).exit_code == 0
    assert emptied.documents() == []
    assert emptied.run_command(*REBUILD, "--write").exit_code == 0

    before = {document["id"]: document for document in service.documents()}
    after = {document["id"]: document for document in emptied.documents()}
    assert before.keys() == after.keys()
    for id in before:
        for form in ("file", "html"):
            path = f"/documents/{id}/{form}"
            assert emptied.get(path).data == service.get(path).data
    assert emptied.run_command("reconcile").exit_code == 0


def test_what_was_made_again_meanwhile_is_not_doubled(emptied: Service) -> None:
    emptied.receive_and_create_documents(saved())
    output = emptied.run_command(*REBUILD, "--write").output
    assert output.count("déjà remplacé : documents/") == len(AUTOMATIC_TYPES)
    assert len(emptied.documents()) == len(AUTOMATIC_TYPES) + 1


def test_a_document_of_which_a_form_is_missing_is_not_made(emptied: Service) -> None:
    emptied.receive(saved())
    for key in emptied.keys(".html"):
        emptied.dependencies.store.delete(key)
    emptied.put_object("publications/strange.pdf", b"x")
    output = emptied.run_command(*REBUILD, "--write").output
    assert output.endswith("incomplet : 3, sans ligne possible : 1\n"), output
    assert emptied.documents() == []


def test_what_a_worker_may_be_about_to_name_is_left_alone(emptied: Service) -> None:
    emptied.receive(saved())
    assert emptied.run_command("rebuild-from-objects", "--write").output.endswith("trop récent : 3\n")
    assert emptied.documents() == []
