"""Events come twice, late, or in the wrong order; what the candidate sees is the same."""

from dataclasses import replace

from tests.documents.example_events import CANDIDATURE, ecartee, saved, with_confirmation, withdrawn
from tests.documents.service import Service


def _speciality(service: Service) -> str:
    tile = service.get("/candidatures").get_json()["candidatures"][0]
    return str(tile["specialite"])


def test_the_same_event_twice_makes_one_set_of_documents(service: Service) -> None:
    service.receive_and_create_documents(saved())
    service.receive_and_create_documents(saved())
    service.create_documents()
    assert len(service.documents()) == 2


def test_an_older_version_does_not_replace_the_tile(service: Service) -> None:
    service.receive(replace(with_confirmation(specialite="Tourisme"), version=2))
    service.receive(saved())
    assert _speciality(service) == "Tourisme"


def test_an_older_version_that_comes_late_still_gets_its_documents(service: Service) -> None:
    service.receive_and_create_documents(saved(version=2))
    service.receive_and_create_documents(saved(version=1))
    assert [document["version"] for document in service.documents()] == [2, 2, 1, 1]


def test_a_withdrawal_that_comes_first_hides_the_versions_it_covers(service: Service) -> None:
    service.receive(withdrawn(version=2))
    service.receive(saved(version=2))
    assert service.get("/candidatures").get_json() == {"candidatures": []}
    assert service.get(f"/candidatures/{CANDIDATURE}/documents").status_code == 404


def test_an_older_withdrawal_does_not_undo_a_newer_one(service: Service) -> None:
    service.receive(withdrawn(version=3))
    service.receive(withdrawn(version=1))
    service.receive(saved(version=3))
    assert service.get("/candidatures").get_json() == {"candidatures": []}


def test_documents_of_a_candidature_set_aside_stay_readable_and_are_marked(service: Service) -> None:
    service.receive_and_create_documents(saved())
    assert [tile["ecartee"] for tile in service.get("/candidatures").get_json()["candidatures"]] == [False]
    service.receive(ecartee(version=2))
    assert [tile["ecartee"] for tile in service.get("/candidatures").get_json()["candidatures"]] == [True]
    listed = service.documents()
    assert len(listed) == 2
    assert service.get(f"/documents/{listed[0]['id']}/file").status_code == 200


def test_a_candidature_known_to_be_withdrawn_that_is_told_again_as_set_aside_shows_again(service: Service) -> None:
    service.receive_and_create_documents(saved())
    service.receive(withdrawn(version=2))
    service.receive(ecartee(version=2))
    assert len(service.documents()) == 2
