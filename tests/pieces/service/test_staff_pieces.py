"""Pieces for gestionnaires and their tools: listed by filters, exported, opened, and whom they are kept from."""

import csv

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.contracts.page_sizes import LARGEST_PAGE
from services.contracts.piece_rules import STATUS_LABELS
from services.pieces.inspection import inspections
from services.pieces.models import AuditEntry
from tests.documents.example_events import CANDIDATURE
from tests.pieces import sample_files
from tests.pieces.example_events import OTHER, academie, registration_saved
from tests.pieces.inspection.test_inspection import ACTIVE_PDFS
from tests.pieces.pieces_service import STAFF, PiecesService, validated
from tests.support.service_worker import stored


def test_a_list_is_filtered_and_comes_in_pages(deposited: PiecesService) -> None:
    deposited.handle_events(
        registration_saved(candidature_id="cafe" + "2" * 28, numero_candidat="02103000002"),
        registration_saved(candidature_id="cafe" + "3" * 28, academie=academie("20", "ACADÉMIE D'AMIENS")),
    )
    ids: list[str] = []
    totals: list[int | None] = []
    cursor: str | None = ""
    while cursor is not None:
        page = deposited.staff("GET", f"/pieces?limit=5{f'&cursor={cursor}' if cursor else ''}").get_json()
        assert len(page["items"]) <= 5
        ids += [item["id"] for item in page["items"]]
        totals.append(page["total"])
        cursor = page["next_cursor"]
    assert len(ids) == len(set(ids)) == 12
    assert totals == [12, None, None], "counted once, with the first page"

    def count(query: str) -> int:
        return len(deposited.staff("GET", f"/pieces?limit={LARGEST_PAGE}&{query}", academies=None).get_json()["items"])

    assert count("academie=20") == 6
    assert count("session=2022") == count("session=BTS%202022") == 18
    assert count("session=2023") == 0
    assert count("regroupement=DOSSIER&academie=03") == 6
    assert count("deposited=true") == 1
    assert count("status=none") == 18
    assert count("status=compliant") == 0
    assert count("numero_candidat=02103000002") == 6
    [item] = deposited.staff("GET", "/pieces?deposited=true").get_json()["items"]
    assert item["etag"] == deposited.piece_for_staff("NATIDE06")["etag"], "that guards its control"
    assert (item["candidature"]["numero_candidat"], item["candidature"]["nom"]) == ("02103000001", "DUBOIS")
    assert count(f"candidate={item['candidature']['candidate_id']}") == 18, "the same person's three candidatures"
    assert count("candidate=nobody") == 0


def test_staff_of_another_academie_find_nothing(service: PiecesService) -> None:
    validated(service)
    piece = service.piece_for_staff("NATIDE06")
    there = ("20",)
    assert service.staff("GET", "/pieces", academies=there).get_json()["items"] == []
    assert service.staff("GET", "/pieces?academie=03", academies=there).status_code == 404
    assert service.staff("GET", f"/pieces/{piece['id']}", academies=there).status_code == 404
    for form in ("copy", "original"):
        path = f"/pieces/{piece['id']}/file?form={form}"
        assert service.staff("GET", path, academies=there).status_code == 404
    assert service.control("NATIDE06", "compliant", academies=there).status_code == 404


def open_file(service: PiecesService, query: str = "") -> TestResponse:
    return service.staff("GET", f"/pieces/{service.piece('NATIDE06')['id']}/file{query}")


def test_staff_get_a_copy_in_which_nothing_acts_unless_they_ask_for_the_original(service: PiecesService) -> None:
    content, _ = ACTIVE_PDFS["script"]
    service.registered().deposit("NATIDE06", content, "carte.pdf")
    assert service.download("NATIDE06").data == content, "its candidate has the file itself"
    deposit = service.piece_for_staff("NATIDE06")["deposit"]
    assert deposit["active_contents"] == ["javascript", "automatic_action"]
    assert deposit["active_contents_label"] == "du code JavaScript, une action automatique"
    for copy in (open_file(service), open_file(service, "?form=copy")):
        assert (copy.content_type, b"JavaScript" in copy.data) == ("application/pdf", False)
        assert 'filename="carte.pdf"' in copy.headers["Content-Disposition"]
    original = open_file(service, "?form=original")
    assert original.data == content
    assert (original.headers["X-Antivirus"], "Warning" in original.headers) == ("not_scanned", True)
    assert 'filename="carte (original).pdf"' in original.headers["Content-Disposition"]
    assert open_file(service, "?form=autre").status_code == 422
    entries = stored(service.app, select(AuditEntry).filter_by(action="deposit.opened").order_by(AuditEntry.id))
    opened = [(entry.actor_kind, entry.after["form"]) for entry in entries]
    assert opened == [("candidate", "original"), ("staff", "copy"), ("staff", "copy"), ("staff", "original")]


def test_what_has_no_pages_or_takes_too_long_has_no_copy(
    service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_copy() -> None:
        refused = open_file(service)
        assert (refused.status_code, refused.get_json()["type"]) == (415, "/problems/apercu-impossible")
        assert "ouvrez le fichier d'origine" in refused.get_json()["detail"]
        assert open_file(service, "?form=original").status_code == 200

    service.registered().deposit("NATIDE06", sample_files.archive(), "pièces.zip")
    assert service.piece_for_staff("NATIDE06")["deposit"]["active_contents"] is None
    assert service.piece_for_staff("NATIDE06")["deposit"]["active_contents_label"] == "non examiné"
    no_copy()
    service.deposit("NATIDE06", sample_files.image("JPEG"), "carte.jpg")
    copy = open_file(service)
    assert (copy.status_code, copy.data[:5]) == (200, b"%PDF-")
    assert 'filename="carte.pdf"' in copy.headers["Content-Disposition"]
    service.deposit("NATIDE06", sample_files.pdf(pages=20), "carte.pdf")
    monkeypatch.setattr(inspections, "COPY_SECONDS", 0.0)
    no_copy()


def exported(service: PiecesService, query: str = "", *academies: str) -> list[dict[str, str]]:
    answer = service.staff("GET", f"/pieces.csv?{query}", academies=academies or ("03",))
    assert answer.status_code == 200, answer.text
    lines = answer.text.removeprefix("\ufeff").splitlines()
    answer.close()
    return list(csv.DictReader(lines, delimiter=";"))


def test_each_piece_is_a_line_with_what_is_so(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06", name="pièce.pdf")
    service.control("NATIDE06", "non_compliant", comment="Illisible ; à renvoyer")
    pieces = {line["Code de la pièce"]: line for line in exported(service)}
    assert len(pieces) == 6
    identity = pieces["NATIDE06"]
    assert (identity["N° candidat"], identity["Identifiant de la candidature"]) == ("02103000001", CANDIDATURE)
    assert identity["Date de naissance"] == "01/01/2002", "who has the same name is told apart"
    assert (identity["Statut"], identity["Commentaire"]) == (STATUS_LABELS["non_compliant"], "Illisible ; à renvoyer")
    assert (identity["Fichier"], identity["Antivirus"]) == ("pièce.pdf", "non analysée")
    assert identity["Déposée le"] == "05/10/2021 15:59", "Paris time, as the screens show it"
    assert (pieces["CINSIG03"]["Déposée le"], pieces["CINSIG03"]["Statut"]) == ("", "")


def test_filters_and_academies_of_the_list_are_those_of_the_export(deposited: PiecesService) -> None:
    deposited.deposit("CINSIG03")
    deposited.control("CINSIG03", "received")
    assert [line["Code de la pièce"] for line in exported(deposited, "status=none&deposited=true")] == ["NATIDE06"]
    assert len(exported(deposited, "code=natide06")) == 1, "as typed, or in capitals"
    assert exported(deposited, "status=compliant") == []
    assert deposited.staff("GET", "/pieces.csv?status=autre").status_code == 422
    there = academie("06", "ACADÉMIE DE CLERMONT-FERRAND")
    deposited.handle_events(registration_saved(candidature_id="cafe" * 8, candidate_id=OTHER, academie=there))
    assert {line["Identifiant de la candidature"] for line in exported(deposited)} == {CANDIDATURE}
    assert deposited.staff("GET", "/pieces.csv?academie=06").status_code == 404
    exports = stored(deposited.app, select(AuditEntry).filter_by(action="pieces.exported"))
    noted = [(entry.actor_id, entry.after) for entry in exports]
    filters = [{"status": "none", "deposited": True}, {"code": "natide06"}, {"status": "compliant"}, {}]
    assert noted == [(STAFF, after) for after in filters], "who exports is in the trail"
