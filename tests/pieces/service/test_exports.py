"""The list of pieces taken out as CSV: the filters of the list, the académies of the token, a line in the trail."""

from __future__ import annotations

import csv

import pytest
from sqlalchemy import select, text

from services.contracts.piece_statuses import STATUS_LABELS
from services.pieces.models import AuditEntry, db
from services.pieces.queries import staff_export
from tests.documents.example_events import CANDIDATURE
from tests.pieces.example_events import OTHER, academie, registration_saved
from tests.pieces.pieces_service import STAFF, PiecesService


def exported(service: PiecesService, query: str = "", *academies: str) -> list[dict[str, str]]:
    answer = service.staff("GET", f"/pieces.csv?{query}", academies=academies or ("03",))
    assert answer.status_code == 200, answer.text
    lines = answer.text.removeprefix("\ufeff").splitlines()
    answer.close()
    return list(csv.DictReader(lines, delimiter=";"))


def test_each_piece_is_a_line_with_what_is_so(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06", name="pièce.pdf")
    service.control("NATIDE06", "non_compliant", comment="Illisible ; à renvoyer")
    pieces = {line["code"]: line for line in exported(service)}
    assert len(pieces) == 6
    identity = pieces["NATIDE06"]
    assert (identity["numero_candidat"], identity["candidature_id"]) == ("02103000001", CANDIDATURE)
    assert (identity["statut"], identity["commentaire"]) == (STATUS_LABELS["non_compliant"], "Illisible ; à renvoyer")
    assert (identity["fichier"], identity["antivirus"]) == ("pièce.pdf", "non analysée")
    assert identity["depose_le"] == "2021-10-05 15:59", "Paris time, as the screens show it"
    assert (pieces["CINSIG03"]["depose_le"], pieces["CINSIG03"]["statut"]) == ("", "")


def test_the_filters_of_the_list_are_those_of_the_export(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    service.deposit("CINSIG03")
    service.control("CINSIG03", "received")
    assert [line["code"] for line in exported(service, "status=none&deposited=true")] == ["NATIDE06"]
    assert exported(service, "status=compliant") == []
    assert service.staff("GET", "/pieces.csv?status=autre").status_code == 422


def test_nobody_exports_what_is_of_another_academie(service: PiecesService) -> None:
    there = academie("06", "ACADÉMIE DE CLERMONT-FERRAND")
    service.registered().handle_events(
        registration_saved(candidature_id="cafe" * 8, candidate_id=OTHER, academie=there)
    )
    assert {line["candidature_id"] for line in exported(service)} == {CANDIDATURE}
    assert {line["candidature_id"] for line in exported(service, "", "06")} == {"cafe" * 8}
    assert service.staff("GET", "/pieces.csv?academie=06").status_code == 404
    assert service.call("GET", "/pieces.csv").status_code == 403


def test_whoever_exports_is_in_the_audit_trail_with_what_was_asked_for(service: PiecesService) -> None:
    exported(service.registered(), "status=none&code=NATIDE06")
    service.staff("GET", "/pieces.csv?academie=06")
    with service.app.app_context(), db.reading() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "pieces.exported"))
    assert (entry.actor_id, entry.after) == (STAFF, {"status": "none", "code": "NATIDE06"})


def test_an_export_is_fetched_from_the_servers_cursor(
    on_postgresql: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page as it leaves: it takes the memory of a page, however long it is."""
    monkeypatch.setattr(staff_export, "PAGE", 1)
    begun = on_postgresql.registered().staff("GET", "/pieces.csv")
    with on_postgresql.app.app_context(), db.reading() as session:
        activity = text("SELECT query FROM pg_stat_activity WHERE datname = current_database()")
        assert [query for query in session.scalars(activity) if query.startswith("FETCH FORWARD")]
    assert len(begun.text.strip().split("\r\n")) == 7
    begun.close()
