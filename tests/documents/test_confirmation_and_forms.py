"""« Visualiser/Imprimer » and forms: answered at once, whatever event is late or service is down."""

import pytest

from services.chassis.process import capacity
from services.objects import ContentDigest, ObjectStore
from tests.documents.example_events import CANDIDATE, CANDIDATURE, saved, withdrawn
from tests.documents.registrations_stub import RegistrationsStub
from tests.documents.service import Service, some_id
from tests.documents.text_extraction import text_of_html, text_of_pdf

CONFIRMATION = f"/candidatures/{CANDIDATURE}/confirmation"
FORM = f"/candidatures/{CANDIDATURE}/forms/ENGAGEMENT"


def _version_shown(service: Service, path: str) -> str:
    answer = service.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return text_of_pdf(answer.data).partition("Version : ")[2][:1]


def test_before_its_event_a_confirmation_is_asked_for_and_a_token_no_longer_believed_is_replaced_at_once(
    service: Service, registrations: RegistrationsStub
) -> None:
    registrations.set_current(saved())
    assert _version_shown(service, f"{CONFIRMATION}?version=1") == "1"
    assert registrations.requests == [(CANDIDATURE, "1", "Bearer service-token")]
    registrations.set_current(saved(version=2))
    registrations.token = "another token"
    assert _version_shown(service, CONFIRMATION) == "2"
    assert registrations.requests[-1] == (CANDIDATURE, "current", "Bearer another token")


def test_a_known_version_needs_nobody_else(issued: Service, registrations: RegistrationsStub) -> None:
    registrations.is_down = True
    assert _version_shown(issued, f"{CONFIRMATION}?version=1") == "1"
    assert registrations.requests == []
    assert _version_shown(issued, CONFIRMATION) == "1"
    unknown = issued.get(f"{CONFIRMATION}?version=2")
    assert (unknown.status_code, bool(unknown.headers["Retry-After"])) == (503, True)
    registrations.is_down = False
    registrations.set_current(saved(version=2))
    assert _version_shown(issued, CONFIRMATION) == "2", "current is what registrations says, not our copy"
    page = issued.get(f"{CONFIRMATION}?format=html")
    assert page.content_type == "text/html; charset=utf-8"
    assert "A RENVOYER IMPERATIVEMENT POUR LE DIMANCHE 31 OCTOBRE 2021" in text_of_html(page.data)


def test_with_the_store_down_documents_are_made_on_the_spot(service: Service, registrations: RegistrationsStub) -> None:
    service.receive_and_create_documents(registrations.set_current(saved()))
    first = service.documents()[0]["id"]
    with service.without_store():
        for path in (CONFIRMATION, f"/documents/{first}/file", FORM):
            assert service.get(path).data.startswith(b"%PDF")
        assert "DUBOIS" in text_of_html(service.get(f"/documents/{first}/html").data)


def test_bytes_that_changed_in_the_store_are_not_handed_out(issued: Service) -> None:
    first = issued.documents()[0]["id"]
    for key in issued.keys(".pdf"):
        issued.put_object(key, b"%PDF-1.4 not what was kept")
    assert "N° candidat : 62141027040" in text_of_pdf(issued.get(f"/documents/{first}/file").data)


def test_someone_elses_version_is_not_found_nor_kept_and_a_withdrawn_one_neither(
    service: Service, registrations: RegistrationsStub
) -> None:
    registrations.set_current(saved(candidate_id=some_id()))
    assert service.get(CONFIRMATION).status_code == 404
    registrations.is_down = True
    assert service.get(CONFIRMATION).status_code == 503
    registrations.is_down = False
    registrations.set_current(saved())
    service.receive(withdrawn())
    assert service.get(CONFIRMATION).status_code == 404


def test_a_version_is_a_number_or_current(service: Service) -> None:
    for version in ("0", "-1", "x", "1.5", "١", "9999999", ""):
        answer = service.get(f"{CONFIRMATION}?version={version}")
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), version


def test_a_form_is_filled_in_for_its_candidature(service: Service, registrations: RegistrationsStub) -> None:
    service.receive_and_create_documents(registrations.set_current(saved()))
    answer = service.get(FORM)
    assert "Candidat : MONSIEUR DUBOIS Pierre" in text_of_pdf(answer.data)
    assert "BTS 2022.pdf" in answer.headers["Content-Disposition"].replace("%20", " ")
    for code in ("AUTRE", "%00", "ENGAGEMENT%00", "%3Cb%3E", "a" * 500):
        assert service.get(FORM.replace("ENGAGEMENT", code)).status_code == 404, code
    assert service.get(FORM, candidate=CANDIDATE[::-1]).status_code == 404


def test_a_confirmation_asked_for_before_the_worker_makes_it_is_made_once(
    service: Service, registrations: RegistrationsStub
) -> None:
    event = registrations.set_current(saved())
    with service.without_store():
        assert _version_shown(service, CONFIRMATION) == "1"
    assert service.documents() == []
    assert _version_shown(service, CONFIRMATION) == "1"
    [confirmation] = service.documents()
    service.receive_and_create_documents(event)
    assert {document["type"]: document["id"] for document in service.documents()}["confirmation"] == confirmation["id"]
    assert len(service.documents()) == len(service.keys(".pdf")) == 2


def test_a_store_that_fails_or_changes_bytes_holds_nobody_up_twice(
    service: Service, registrations: RegistrationsStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def changed(store: ObjectStore, key: str, *given: object) -> ContentDigest:
        asked.append(key)
        return ContentDigest(0, "")

    registrations.set_current(saved())
    with monkeypatch.context() as patched:
        patched.setattr(ObjectStore, "put", changed)
        assert _version_shown(service, CONFIRMATION) == "1"
    assert len(asked) == 1
    monkeypatch.setattr(capacity, "_limits", capacity.WEB)
    with service.without_store():
        assert _version_shown(service, CONFIRMATION) == "1"
        monkeypatch.setattr(ObjectStore, "put", changed)
        assert _version_shown(service, CONFIRMATION) == "1"
    assert len(asked) == 1, "it has just failed"
