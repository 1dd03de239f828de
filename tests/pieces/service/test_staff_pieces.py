"""Pieces for gestionnaires and their tools: listed by filters, opened, and whom they are kept from."""

from __future__ import annotations

import pytest

from services.contracts.page_sizes import LARGEST_PAGE
from tests.pieces import sample_files
from tests.pieces.example_events import academie, registration_saved
from tests.pieces.pieces_service import PiecesService, validated


def _three_candidatures(service: PiecesService) -> PiecesService:
    service.registered()
    service.handle_events(
        registration_saved(candidature_id="cafe" + "2" * 28, numero_candidat="02103000002"),
        registration_saved(candidature_id="cafe" + "3" * 28, academie=academie("20", "ACADÉMIE D'AMIENS")),
    )
    return service


def test_a_list_is_filtered_and_comes_in_pages(service: PiecesService) -> None:
    _three_candidatures(service).deposit("NATIDE06")
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = service.staff("GET", f"/pieces?limit=5{f'&cursor={cursor}' if cursor else ''}").get_json()
        assert len(page["items"]) <= 5
        ids += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(ids) == len(set(ids)) == 12

    def count(query: str) -> int:
        return len(service.staff("GET", f"/pieces?limit={LARGEST_PAGE}&{query}", academies=None).get_json()["items"])

    assert count("academie=20") == 6
    assert count("session=2022") == count("session=BTS%202022") == 18
    assert count("session=2023") == 0
    assert count("regroupement=DOSSIER&academie=03") == 6
    assert count("deposited=true") == 1
    assert count("status=none") == 18
    assert count("status=compliant") == 0
    assert count("numero_candidat=02103000002") == 6
    candidate = service.staff("GET", "/pieces?limit=1").get_json()["items"][0]["candidature"]["candidate_id"]
    assert count(f"candidate={candidate}") == 18, "the same person's three candidatures"
    assert count("candidate=nobody") == 0


def test_items_carry_the_etag_that_guards_their_control(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    (item,) = service.staff("GET", "/pieces?code=NATIDE06").get_json()["items"]
    assert item["etag"] == service.piece_for_staff("NATIDE06")["etag"]
    assert item["candidature"]["numero_candidat"] == "02103000001"
    assert item["candidature"]["nom"] == "DUBOIS"


@pytest.mark.parametrize(
    "query", ["cursor=zzz", "cursor=W10", "limit=0", f"limit={LARGEST_PAGE + 1}", "status=lost", "unknown=1"]
)
def test_a_query_that_makes_no_sense_is_refused(service: PiecesService, query: str) -> None:
    answer = service.staff("GET", f"/pieces?{query}")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


def test_staff_of_another_academie_find_nothing(service: PiecesService) -> None:
    validated(service)
    piece = service.piece_for_staff("NATIDE06")
    there = ("20",)
    assert service.staff("GET", "/pieces", academies=there).get_json()["items"] == []
    assert service.staff("GET", "/pieces?academie=03", academies=there).status_code == 404
    assert service.staff("GET", f"/pieces/{piece['id']}", academies=there).status_code == 404
    assert service.staff("GET", f"/pieces/{piece['id']}/file", academies=there).status_code == 404
    answer = service.staff(
        "POST",
        f"/pieces/{piece['id']}/control",
        academies=there,
        headers={"If-Match": piece["etag"]},
        json={"deposit_id": piece["deposit"]["id"], "status": "compliant"},
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("scopes", [(), ("pieces:read",)])
def test_a_token_without_the_scope_sets_nothing(service: PiecesService, scopes: tuple[str, ...]) -> None:
    validated(service)
    piece_id = service.piece("NATIDE06")["id"]
    assert service.staff("POST", f"/pieces/{piece_id}/control", scopes=scopes, json={}).status_code == 403
    assert service.staff("POST", "/controls", scopes=scopes, json={}).status_code == 403
    expected = 200 if scopes else 403
    assert service.staff("GET", "/pieces", scopes=scopes).status_code == expected
    assert service.staff("GET", f"/pieces/{piece_id}/file", scopes=scopes).status_code == expected


def test_candidates_and_strangers_have_no_part_in_the_control(service: PiecesService) -> None:
    piece_id = validated(service).piece("NATIDE06")["id"]
    assert service.call("GET", "/pieces").status_code == 403
    assert service.call("GET", f"/pieces/{piece_id}").status_code == 403
    assert service.call("POST", f"/pieces/{piece_id}/control", json={}).status_code == 403
    assert service.app.test_client().get("/v1/pieces").status_code == 401
    assert service.staff("GET", "/candidatures").status_code == 403


def test_a_file_never_scanned_is_opened_with_a_warning_and_leaves_a_trace(service: PiecesService) -> None:
    validated(service)
    file = service.staff("GET", f"/pieces/{service.piece('NATIDE06')['id']}/file")
    assert file.status_code == 200
    assert file.data == sample_files.pdf()
    assert file.headers["X-Antivirus"] == "not_scanned"
    assert "Warning" in file.headers
    service.control("NATIDE06", "compliant")
    assert service.audit_trail()[-2:] == [("staff", "deposit.opened"), ("staff", "piece.controlled")]


def test_the_interface_describes_itself(service: PiecesService) -> None:
    described = service.app.test_client().get("/openapi.json").get_json()["paths"]
    for path in (
        "/v1/pieces",
        "/v1/pieces/{piece_id}",
        "/v1/pieces/{piece_id}/file",
        "/v1/pieces/{piece_id}/control",
        "/v1/controls",
        "/v1/pieces/{piece_id}/deposit",
    ):
        assert path in described
