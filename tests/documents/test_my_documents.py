"""« Mes documents » as its owner, and as others, see it."""

from urllib.parse import unquote

import pytest

from tests.documents.example_events import CANDIDATURE, saved, withdrawn
from tests.documents.registrations_stub import RegistrationsStub
from tests.documents.service import Service, some_id
from tests.documents.text_extraction import text_of_html, text_of_pdf
from tests.support.tokens import bearer, candidate_token, forged, service_token, staff_token

STRANGER = "deadbeef000000000000000000000000"


def test_a_saved_candidature_is_a_tile_at_once_and_its_documents_follow(service: Service) -> None:
    service.receive(saved())
    assert service.get("/candidatures").get_json() == {
        "candidatures": [
            {
                "id": CANDIDATURE,
                "exam_label": "BREVET DE TECHNICIEN SUPERIEUR",
                "session_label": "BTS 2022",
                "academie_label": "ACADÉMIE DE BESANCON",
                "specialite": "Banque - conseiller de clientèle (31310)",
                "numero_inscription": "001",
                "ecartee": False,
            }
        ]
    }
    assert service.documents() == []
    service.create_documents()
    assert [(document["type"], document["label"], document["version"]) for document in service.documents()] == [
        ("confirmation", "Confirmation d'inscription", 1),
        ("demande_pieces", "Demande de pièces justificatives", 1),
    ]


def test_the_list_tells_the_size_of_what_is_opened(service: Service) -> None:
    service.receive_and_create_documents(saved())
    for document in service.documents():
        assert len(service.get(f"/documents/{document['id']}/file").data) == document["size"]


def test_a_document_is_opened_as_pdf_and_as_page_with_a_clear_name(service: Service) -> None:
    service.receive_and_create_documents(saved())
    first = service.documents()[0]["id"]
    pdf, page = service.get(f"/documents/{first}/file"), service.get(f"/documents/{first}/html")
    assert "N° candidat : 62141027040" in text_of_pdf(pdf.data)
    assert "N° candidat : 62141027040" in text_of_html(page.data)
    assert pdf.content_type == "application/pdf"
    assert page.content_type == "text/html; charset=utf-8"
    named = unquote(pdf.headers["Content-Disposition"])
    assert named.startswith("inline; ")
    assert "UTF-8''Confirmation d'inscription - BTS 2022 - version 1.pdf" in named
    for answer in (pdf, page):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_document_can_be_saved_rather_than_shown(service: Service) -> None:
    service.receive_and_create_documents(saved())
    second = service.documents()[1]["id"]
    named = service.get(f"/documents/{second}/file?save=true").headers["Content-Disposition"]
    assert named.startswith("attachment; ")
    assert "Demande de pièces justificatives - BTS 2022 - version 1.pdf" in unquote(named)
    assert "Demande de pieces justificatives" in named


def test_versions_are_kept_newest_first(service: Service) -> None:
    service.receive_and_create_documents(saved())
    service.receive_and_create_documents(saved(version=2))
    assert [document["version"] for document in service.documents()] == [2, 2, 1, 1]


def test_someone_elses_documents_do_not_exist(service: Service) -> None:
    service.receive_and_create_documents(saved())
    document_id = service.documents()[0]["id"]
    assert service.get("/candidatures", candidate=STRANGER).get_json() == {"candidatures": []}
    for path in (
        f"/candidatures/{CANDIDATURE}/documents",
        f"/documents/{document_id}/file",
        f"/documents/{document_id}/html",
        f"/candidatures/{CANDIDATURE}/confirmation",
        f"/candidatures/{CANDIDATURE}/forms/ENGAGEMENT",
    ):
        theirs = service.get(path, candidate=STRANGER)
        assert theirs.status_code == 404
        unknown = service.get(path.replace(document_id, some_id()).replace(CANDIDATURE, some_id()))
        assert (unknown.status_code, unknown.get_json()["detail"]) == (404, theirs.get_json()["detail"])


@pytest.mark.parametrize(
    "path", ["/candidatures", f"/candidatures/{CANDIDATURE}/confirmation", f"/documents/{'0' * 32}/file"]
)
def test_only_candidates_read_documents(service: Service, path: str) -> None:
    good = candidate_token("someone")
    for headers, status in (
        ({}, 401),
        (bearer(forged(good)), 401),
        (bearer(candidate_token("someone", exp=1)), 401),
        (bearer(staff_token(scopes=("pieces:read",))), 403),
        (bearer(service_token("gateway")), 403),
    ):
        assert service.web.get(f"/v1{path}", headers=headers).status_code == status


def test_a_withdrawn_candidature_disappears_with_its_documents(service: Service) -> None:
    service.receive_and_create_documents(saved())
    document_id = service.documents()[0]["id"]
    service.receive(withdrawn(version=1))
    assert service.get("/candidatures").get_json() == {"candidatures": []}
    for path in (
        f"/candidatures/{CANDIDATURE}/documents",
        f"/documents/{document_id}/file",
        f"/candidatures/{CANDIDATURE}/confirmation",
    ):
        assert service.get(path).status_code == 404


@pytest.mark.parametrize("wrong", ["%00", "%ff", "a" * 500, "..%2f..", "%27%20OR%201=1--", CANDIDATURE.upper(), "é"])
def test_what_is_no_id_is_not_found(service: Service, wrong: str) -> None:
    for path in (
        f"/candidatures/{wrong}/documents",
        f"/candidatures/{wrong}/confirmation",
        f"/candidatures/{wrong}/forms/{wrong}",
        f"/documents/{wrong}/file",
        f"/documents/{wrong}/html",
    ):
        assert service.get(path).status_code == 404


def test_a_form_code_can_be_anything_and_is_only_compared(service: Service, registrations: RegistrationsStub) -> None:
    service.receive_and_create_documents(registrations.set_current(saved()))
    for code in ("%00", "ENGAGEMENT%00", "%3Cb%3E", "a" * 500):
        assert service.get(f"/candidatures/{CANDIDATURE}/forms/{code}").status_code == 404
