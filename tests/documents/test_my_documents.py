"""« Mes documents » as its owner, and as others, see it, in whatever order, late or twice events come."""

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from services.contracts.document_rules import AUTOMATIC_TYPES
from tests.documents.example_events import CANDIDATURE, ecartee, saved, with_confirmation, withdrawn
from tests.documents.registrations_stub import RegistrationsStub
from tests.documents.service import Service, some_id
from tests.documents.text_extraction import text_of_html, text_of_pdf

STRANGER = "deadbeef000000000000000000000000"


def _tiles(service: Service) -> list[dict[str, Any]]:
    return list(service.get("/candidatures").get_json()["candidatures"])


def test_a_saved_candidature_is_a_tile_at_once_and_its_documents_follow_whatever_is_away(service: Service) -> None:
    with service.without_store():
        service.receive(saved())
        assert service.follow() == ["StoreUnavailable"]
    [tile] = _tiles(service)
    assert (tile["id"], tile["session_label"], tile["numero_inscription"]) == (CANDIDATURE, "BTS 2022", "001")
    assert service.documents() == []
    assert service.follow() == [], "once the store is back"
    service.create_documents()
    assert [(document["type"], document["label"], document["version"]) for document in service.documents()] == [
        ("confirmation", "Confirmation d'inscription", 1),
        ("demande_pieces", "Demande de pièces justificatives", 1),
    ]


def test_a_document_is_opened_as_pdf_and_as_page_with_a_clear_name(issued: Service) -> None:
    first = issued.documents()[0]
    pdf, page = (issued.get(f"/documents/{first['id']}/{form}") for form in ("file", "html"))
    assert len(pdf.data) == first["size"]
    assert "N° candidat : 62141027040" in text_of_pdf(pdf.data)
    assert "N° candidat : 62141027040" in text_of_html(page.data)
    assert pdf.content_type == "application/pdf"
    assert page.content_type == "text/html; charset=utf-8"
    named = unquote(pdf.headers["Content-Disposition"])
    assert named.startswith("inline; ")
    assert "UTF-8''Confirmation d'inscription - BTS 2022 - version 1.pdf" in named
    to_save = issued.get(f"/documents/{first['id']}/file?save=true").headers["Content-Disposition"]
    assert to_save.startswith("attachment; ")
    for answer in (pdf, page):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_someone_elses_documents_do_not_exist(issued: Service) -> None:
    document_id = issued.documents()[0]["id"]
    assert issued.get("/candidatures", candidate=STRANGER).get_json() == {"candidatures": []}
    for path in (
        f"/candidatures/{CANDIDATURE}/documents",
        f"/documents/{document_id}/file",
        f"/documents/{document_id}/html",
        f"/candidatures/{CANDIDATURE}/confirmation",
        f"/candidatures/{CANDIDATURE}/forms/ENGAGEMENT",
    ):
        theirs = issued.get(path, candidate=STRANGER)
        assert theirs.status_code == 404
        unknown = issued.get(path.replace(document_id, some_id()).replace(CANDIDATURE, some_id()))
        assert (unknown.status_code, unknown.get_json()["detail"]) == (404, theirs.get_json()["detail"])


def test_a_withdrawn_candidature_disappears_with_its_documents(issued: Service) -> None:
    document_id = issued.documents()[0]["id"]
    issued.receive(withdrawn(version=1))
    assert _tiles(issued) == []
    for path in (
        f"/candidatures/{CANDIDATURE}/documents",
        f"/documents/{document_id}/file",
        f"/candidatures/{CANDIDATURE}/confirmation",
    ):
        assert issued.get(path).status_code == 404


def test_what_is_no_id_is_asked_of_nobody_and_not_found(service: Service, registrations: RegistrationsStub) -> None:
    ids = ("..", "%2e%2e", "x" * 32, "a" * 33, f"{CANDIDATURE}%3Fa=b", "%00", "%ff", "a" * 500, "..%2f..", "é")
    for wrong in (*ids, "%27%20OR%201=1--", CANDIDATURE.upper()):
        for path in (
            f"/candidatures/{wrong}/documents",
            f"/candidatures/{wrong}/confirmation",
            f"/candidatures/{wrong}/forms/{wrong}",
            f"/documents/{wrong}/file",
            f"/documents/{wrong}/html",
        ):
            assert service.get(path).status_code == 404, path
    assert registrations.requests == []


def test_an_older_version_that_comes_late_still_gets_its_documents(service: Service) -> None:
    service.receive_and_create_documents(replace(with_confirmation(specialite="Tourisme"), version=2))
    service.receive_and_create_documents(saved(version=1))
    assert [tile["specialite"] for tile in _tiles(service)] == ["Tourisme"]
    marks = [(document["version"], document["replaced_by_version"]) for document in service.documents()]
    assert marks == [(2, None)] * len(AUTOMATIC_TYPES) + [(1, 2)] * len(AUTOMATIC_TYPES)


def test_a_withdrawal_that_comes_first_hides_what_it_covers(service: Service) -> None:
    for version in (3, 1):
        service.receive(withdrawn(version=version))
    service.receive(saved(version=3))
    assert _tiles(service) == []
    assert service.get(f"/candidatures/{CANDIDATURE}/documents").status_code == 404


def test_documents_of_a_candidature_set_aside_stay_readable_and_are_marked(issued: Service) -> None:
    assert [tile["ecartee"] for tile in _tiles(issued)] == [False]
    issued.receive(ecartee(version=2))
    assert [tile["ecartee"] for tile in _tiles(issued)] == [True]
    listed = issued.documents()
    assert len(listed) == len(AUTOMATIC_TYPES)
    assert issued.get(f"/documents/{listed[0]['id']}/file").status_code == 200
    issued.receive(withdrawn(version=3))
    issued.receive(ecartee(version=3))
    assert len(issued.documents()) == len(AUTOMATIC_TYPES), "told again as set aside, it shows again"
