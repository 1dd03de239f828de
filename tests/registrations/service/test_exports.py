"""Exports of épreuves, and that one is read from the server as it leaves and keeps nobody from the database."""

import csv
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.registrations.models import db
from services.registrations.queries import staff_list
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import CandidateClient, Desk, move_to
from tests.registrations.service.outbox import audited


def export(app: Flask, what: str, *academies: str) -> TestResponse:
    return app.test_client().get(f"/v1/staff/{what}", headers=Desk(app, *academies).headers)


def lines(app: Flask, query: str = "", *academies: str, what: str = "epreuves") -> list[dict[str, str]]:
    answer = export(app, f"{what}.csv?{query}", *academies)
    assert answer.status_code == 200, answer.text
    with answer:
        assert answer.text.startswith("\ufeff")
        return list(csv.DictReader(answer.text[1:].splitlines(), delimiter=";"))


@pytest.mark.engines("postgresql")
def test_an_export_is_fetched_from_the_servers_cursor(
    app: Flask, candidate: CandidateClient, other: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_list, "EXPORT_PAGE", 1)
    candidate.registered("03")
    other.registered("20")
    begun = export(app, "candidatures.csv")
    with app.app_context(), db.reading() as session:
        activity = text("SELECT query FROM pg_stat_activity WHERE datname = current_database()")
        assert [query for query in session.scalars(activity) if query.startswith("FETCH FORWARD")]
    assert len(begun.text.strip().split("\r\n")) == 3


def test_each_epreuve_is_a_line_and_the_export_is_audited(app: Flask, candidate: CandidateClient, saved: str) -> None:
    found = lines(app)
    shown = candidate.get(f"/candidatures/{saved}")["recap"]["epreuves"]
    assert [line["Code de l'épreuve"] for line in found] == [epreuve["code"] for epreuve in shown]
    assert [line["Position"] for line in found] == [epreuve["position_label"] for epreuve in shown]
    assert [line["Option"] or None for line in found] == [epreuve["option"] for epreuve in shown]
    assert [line["Note conservée"] or None for line in found] == [epreuve["mark"] for epreuve in shown]
    assert (found[0]["N° candidat"], found[0]["N° d'inscription"]) == ("02103000001", "001")
    assert (found[0]["Session"], found[0]["Code de la spécialité"]) == ("2022", "31310")
    [entry] = audited(app, action="epreuves.exported")
    assert (entry.actor_id, entry.subject) == ("agent", "epreuves")


def test_a_candidature_is_a_line_with_what_an_exam_office_needs(app: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered()
    candidate.received += timedelta(hours=1)
    candidate.save(candidate.modify(saved).json)
    move_to(at("2021-10-05 14:00"))
    Desk(app, "03").end(saved, "ecart", "=1+1")
    [line] = lines(app, "", "03", what="candidatures")
    assert lines(app, "", "20", what="candidatures") == []
    known = {
        "Nom de famille": "DUBOIS",
        "Lieu de naissance": "TROYES - 010",
        "Adresse": "1 rue du port, 25000 BESANCON",
        "Code postal": "25000",
        "Téléphone mobile": "06 06 06 06 06",
        "Adresse mail": "pdubois@ac-rennes.fr",
        "Catégorie": "FORMATION CONTINUE (320)",
        "État": "Écartée",
        "État depuis le": "05/10/2021 14:00",
        "Motif": "'=1+1",
        "Premier enregistrement le": "05/10/2021 12:00",
        "Version": "2",
        "Enregistrée le": "05/10/2021 13:00",
    }
    assert {name: line[name] for name in known} == known
    move_to(at("2021-10-05 15:00"))
    Desk(app, "03").end(saved, "restoration", "Titre reçu")
    [line] = lines(app, what="candidatures")
    assert (line["État"], line["État depuis le"], line["Motif"]) == ("Active", "05/10/2021 15:00", "")


def test_the_export_takes_filters_of_the_list(app: Flask, candidate: CandidateClient, other: CandidateClient) -> None:
    saved = candidate.registered()
    other.registered("20")
    born = candidate.identity["date_naissance"]
    everything = f"exam=BTS&session=2022&academie=03&state=active&birth_date={born}&text=pierre"
    assert {line["Prénoms"] for line in lines(app, everything)} == {"Pierre"}
    assert lines(app, "birth_date=1901-01-01") == []
    assert {line["Académie"] for line in lines(app)} == {"03", "20"}
    assert {line["Prénoms"] for line in lines(app, "", "03")} == {"Pierre"}
    assert lines(app, "academie=20", "03") == []
    candidate.withdraw(saved)
    assert {line["Académie"] for line in lines(app)} == {"20"}, "who has withdrawn is convoked nowhere"
    assert {line["Académie"] for line in lines(app, "state=withdrawn")} == {"03"}
