"""Dates of a saved version that have moved: its documents are made again, once, behind what was just saved."""

from dataclasses import replace
from typing import Any

from services.contracts.document_rules import AUTOMATIC_TYPES
from services.contracts.registrations import DatesMoved, Edition, RegistrationValidated
from services.contracts.session_options import ONLINE
from services.documents.follow_ups import DOCUMENTS, registry
from tests.documents.example_events import CANDIDATURE, sample, saved
from tests.documents.service import Service, some_id
from tests.documents.text_extraction import text_of_pdf
from tests.support.service_worker import runner_of
from tests.support.tokens import bearer, staff_token

MOVED = sample(DatesMoved)
AGAIN = replace(MOVED, edited_at="2021-10-22T08:00:00+00:00", editions=(Edition(CANDIDATURE, 1, 3),))
EARLIER = saved(confirmation=replace(saved().confirmation, return_by="2021-11-09"))
VALIDATED = "Validée en ligne le 05/10/2021 à 12:00 (heure de Paris) par le candidat."
BEFORE = "A RENVOYER IMPERATIVEMENT POUR LE MARDI 09 NOVEMBRE 2021"
AFTER = "A RENVOYER IMPERATIVEMENT POUR LE DIMANCHE 14 NOVEMBRE 2021"


def made(service: Service) -> list[tuple[str, int, bool]]:
    """Type, edition, and whether it was replaced."""
    return [(item["type"], item["edition"], item["replaced_at"] is not None) for item in service.documents()]


def printed(service: Service, edition: int) -> str:
    """The confirmation of that edition."""
    [confirmation] = [
        item for item in service.documents() if (item["type"], item["edition"]) == ("confirmation", edition)
    ]
    answer = service.get(f"/documents/{confirmation['id']}/file")
    assert ("édition" in answer.headers["Content-Disposition"].replace("%C3%A9", "é")) == (edition > 1)
    return text_of_pdf(answer.data)


def test_moved_dates_make_a_new_edition_once_and_the_one_before_stays_marked(service: Service) -> None:
    service.receive_and_create_documents(EARLIER)
    for _ in range(2):
        service.receive(MOVED)
        asked = service.get(f"/candidatures/{CANDIDATURE}/confirmation?version=1")
        assert AFTER in text_of_pdf(asked.data), "before the worker has made it again"
        assert service.follow() == []
    assert made(service) == [
        ("confirmation", 2, False),
        ("demande_pieces", 2, False),
        ("confirmation", 1, True),
        ("demande_pieces", 1, True),
    ]
    assert BEFORE in printed(service, 1)
    assert AFTER in printed(service, 2)
    assert "Version : 1 du 04/10/2021 à 14:08 - Edition 2 du 20/10/2021 à 10:00" in printed(service, 2)


def test_an_administrator_reads_how_many_documents_are_made_again(service: Service) -> None:
    def remade(*scopes: str) -> Any:
        headers = bearer(staff_token("staff-1", scopes=scopes, academies=None))
        return service.web.get("/v1/staff/remade-documents", headers=headers).get_json()

    service.receive_and_create_documents(saved())
    assert remade("openings:manage") == []
    service.receive(MOVED)
    [item] = remade("openings:manage")
    opening = {"exam": saved().exam.label, "session": saved().session.label, "academie": "03"}
    assert item == {**opening, "expected": 2, "made": 0, "last_made_at": None}
    other = saved(candidature_id=some_id(), candidate_id=some_id())
    service.receive(other)
    of_other = replace(MOVED, editions=(Edition(other.candidature_id, 1, 2),))
    for event in (MOVED, of_other, of_other):
        service.follow(event)
    [item] = remade("openings:manage")
    assert (item["expected"], item["made"], item["last_made_at"] is not None) == (4, 4, True)
    service.receive(replace(AGAIN, dates=replace(MOVED.dates, return_by="2021-11-20")))
    [item] = remade("openings:manage")
    assert (item["expected"], item["made"], item["last_made_at"]) == (2, 0, None), "of the latest move alone"


def test_an_edition_that_comes_before_its_version_or_after_a_newer_one_is_printed_no_more(service: Service) -> None:
    for event in (AGAIN, MOVED):
        assert service.follow(event) == []
    service.receive_and_create_documents(saved())
    assert [edition for _, edition, _ in made(service)] == [3] * len(AUTOMATIC_TYPES)


def test_lost_files_of_an_edition_before_are_made_again_with_their_own_dates(service: Service) -> None:
    service.receive_and_create_documents(EARLIER)
    service.follow(MOVED)
    for key in service.keys(""):
        service.dependencies.store.delete(key)
    assert BEFORE in printed(service, 1)
    assert AFTER in printed(service, 2)


def test_a_validation_is_printed_in_the_place_of_the_signature_and_stays_when_dates_move(service: Service) -> None:
    service.receive_and_create_documents(saved(validation=ONLINE))
    service.follow()
    assert "Validée en ligne" not in printed(service, 1)
    for _ in range(2):
        service.follow(sample(RegistrationValidated))
    assert made(service) == [("confirmation", 2, False), ("confirmation", 1, True), ("demande_pieces", 1, False)]
    assert VALIDATED in printed(service, 2)
    history = service.get(f"/candidatures/{CANDIDATURE}/history").get_json()
    assert {"Confirmation d'inscription", "Confirmation d'inscription, édition 2"} < {
        event["title"] for event in history["events"]
    }
    moved = replace(MOVED, editions=(Edition(CANDIDATURE, 1, 3, "2021-10-05T10:00:00+00:00"),))
    service.follow(moved)
    for key in service.keys(""):
        service.dependencies.store.delete(key)
    assert [VALIDATED in printed(service, edition) for edition in (1, 2, 3)] == [False, True, True]


def test_what_was_just_saved_does_not_wait_behind_what_is_made_again(service: Service) -> None:
    others = [saved(candidature_id=some_id(), candidate_id=some_id()) for _ in range(3)]
    for event in others:
        service.receive(event)
    service.follow()
    editions = tuple(Edition(event.candidature_id, 1, 2) for event in others)
    service.receive(replace(MOVED, editions=editions))
    service.receive(saved())
    with service.app.app_context():
        assert runner_of(service.app, registry).run_once(DOCUMENTS)
    assert len(service.documents()) == len(AUTOMATIC_TYPES), "the first that the thread of saved versions takes"
