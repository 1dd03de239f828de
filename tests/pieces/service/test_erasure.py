"""What pieces stores of a candidature goes with it, on both engines: files, decisions, history, lines of the feed."""

from dataclasses import replace

import pytest

from services.contracts.registrations import DataErased, ErasedCandidature
from services.contracts.retention import CANDIDATURES, DOCUMENTS, OF_A_SESSION, PIECES
from services.pieces.models import audit_chain
from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.pieces import sample_files
from tests.pieces.example_events import registration_saved
from tests.pieces.pieces_service import PiecesService
from tests.support.service_worker import tables_that_hold

pytestmark = pytest.mark.engines("sqlite", "postgresql")
ERASED = (ErasedCandidature(CANDIDATURE, CANDIDATE),)
LEFT = {"retired_objects", "withdrawals", "audit_entries", "audit_keys", "audit_digests", "tasks"}
"""Where its id may stay, of nobody who is known."""


def _holding(service: PiecesService, value: str) -> set[str]:
    return tables_that_hold(service.app, value)


def test_a_candidature_goes_with_its_files_and_its_history(service: PiecesService) -> None:
    """A file that another replaced, refused with a comment that names somebody; the feed has told of it."""
    service.registered().deposit("NATIDE06", sample_files.pdf(), "première.pdf")
    service.deposit("NATIDE06", sample_files.pdf(pages=2), "Dupont.pdf")
    assert service.control("NATIDE06", "non_compliant", comment="Revoir, M. Dupont").status_code == 200
    service.run_follow_ups()
    assert _holding(service, "Dupont") >= {"deposits", "controls", "pieces"}
    service.handle_events(DataErased((DOCUMENTS,), ERASED))
    assert "deposits" in _holding(service, "Dupont"), "its pieces are not erased yet"
    for _ in range(2):
        service.handle_events(DataErased(OF_A_SESSION, ERASED))
    service.run_follow_ups()
    assert _holding(service, "Dupont") == set()
    assert _holding(service, registration_saved().numero_candidat) == set()
    assert _holding(service, CANDIDATURE) <= LEFT
    assert service.run_nightly_jobs().lost == []
    assert service.objects() == set()
    with service.app.app_context():
        audit_chain.extend()
        assert [each for each in audit_chain.mismatches("pieces", [], None) if each.entry_id] == []


def test_nothing_that_arrives_late_brings_it_back(service: PiecesService) -> None:
    service.handle_events(DataErased((*OF_A_SESSION, CANDIDATURES), ERASED), registration_saved())
    assert _holding(service, registration_saved().identity.nom_famille) == set(), "neither does the task itself"


def test_a_version_after_what_was_erased_is_taken_again(registered: PiecesService) -> None:
    """The session was opened again: its pieces alone were erased, with the first version."""
    registered.handle_events(DataErased((PIECES,), (replace(ERASED[0], version=1),)), registration_saved())
    assert _holding(registered, registration_saved().numero_candidat) == set()
    registered.handle_events(registration_saved(version=2))
    assert _holding(registered, registration_saved().numero_candidat) >= {"candidatures"}
    assert registered.deposit("NATIDE06").status_code < 300
