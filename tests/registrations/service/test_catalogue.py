"""A catalogue compared without writing, then loaded: an administrator's archive, or an operator's
folder."""

import re
import textwrap
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from services.contracts.api.administration import MAX_CATALOGUE_BYTES
from services.registrations.jobs import delete_obsolete_rows
from services.registrations.models import Candidature, CatalogueRevision, EtablissementRow, db
from tests.documents.imports.exam_office import zip_of
from tests.registrations.catalogue.delivered_archive import delivered
from tests.registrations.catalogue.small_exam import SMALL, written
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import (
    GUIDE,
    Answer,
    CandidateClient,
    Desk,
    audited,
    load,
)
from tests.support.service_worker import published, stored


def administrateur(app: Flask) -> Desk:
    return Desk(app, scopes=["catalogue:manage"], name="admin")


def archive_of(exam: str, **tables: bytes) -> bytes:
    return zip_of(
        {"cfg/exam.yaml": exam.encode()} | {f"{name}.csv": table for name, table in tables.items()}
    )


def small(label: str = "CERTIFICAT DE FORMATION GENERALE") -> bytes:
    return archive_of(SMALL.replace("CERTIFICAT DE FORMATION GENERALE", label))


def with_school(label: str) -> bytes:
    head = "code,label,town,kind,departement,habilite_ccf"
    return archive_of(
        SMALL, etablissements=f"{head}\n0250099X,{label},BESANCON,lycee,025,non".encode()
    )


def post(app: Flask, path: str, archive: bytes, **more: str) -> Answer:
    body = {"archive": urlsafe_b64encode(archive).decode(), **more}
    return administrateur(app).call("POST", f"/staff/catalogues{path}", **body)


def compared(app: Flask, archive: bytes) -> dict[str, Any]:
    answer = post(app, "/comparison", archive)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def upload(app: Flask, archive: bytes) -> None:
    answer = post(app, "", archive, etag=compared(app, archive)["etag"])
    assert answer.status_code == 204, answer.text


def in_force(app: Flask) -> dict[str, dict[str, Any]]:
    return {
        exam["code"]: exam
        for exam in administrateur(app).call("GET", "/staff/catalogues").json["exams"]
    }


def all_rows(app: Flask) -> dict[str, list[Any]]:
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: list(connection.execute(select(table)))
            for table in db.metadata.sorted_tables
        }


def test_what_changes_is_said_not_written(
    app: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    candidate.registered()
    other.open()
    before = all_rows(app)
    comparison = compared(app, delivered())
    assert all_rows(app) == before
    by_code = {exam["code"]: exam for exam in comparison["exams"]}
    assert (by_code["BTS"]["is_new"], by_code["DCG"]["is_new"]) == (False, True)
    concerned = [
        (item["label"], item["drafts"], item["candidatures"]) for item in by_code["BTS"]["sessions"]
    ]
    assert concerned == [("BTS 2022", 1, 1)]
    assert comparison["left"] == []
    assert compared(app, small())["left"] == ["BREVET DE TECHNICIEN SUPERIEUR"]


def test_what_is_loaded_is_in_force_told_to_pieces_and_in_the_journal(app: Flask) -> None:
    upload(app, small())
    changed = archive_of(
        SMALL.replace("    session_closes:", "    relances: [60, 2]\n    session_closes:")
    )
    [cfg] = compared(app, changed)["exams"]
    before = len(published(app, "registrations.window_changed.v1"))
    upload(app, changed)
    assert published(app, "registrations.window_changed.v1")[before:][0]["data"]["options"][
        "reminder_days"
    ] == [60, 2]
    assert in_force(app)["CFG"]["loaded_by_staff"]
    entry = audited(app, subject="CFG")[-1]
    assert (entry.action, entry.actor_kind, entry.actor_id) == (
        "catalogue.loaded",
        "staff",
        "admin",
    )
    assert (entry.after or {})["lines"] == [
        f"+ CFG, session 2026, relances : « {days} »" for days in (60, 2)
    ]
    assert cfg["differences"][0] == {
        "where": "CFG, session 2026, relances",
        "before": "",
        "after": "60",
    }
    assert [exam["changes"] for exam in compared(app, changed)["exams"]] == [0]


def test_what_is_in_force_is_downloaded_and_changes_nothing_when_it_is_loaded_again(
    app: Flask,
) -> None:
    contacts = "academies:\n  - code: '03'\n    contact: {title: RECTORAT, lines: [BESANCON]}\n"
    upload(app, zip_of({"cfg/exam.yaml": SMALL.encode(), "academies.yaml": contacts.encode()}))
    assert in_force(app)["CFG"]["has_files"]
    desk = administrateur(app)
    files = desk.client.get("/v1/staff/catalogues/CFG/files", headers=desk.headers)
    assert files.mimetype == "application/zip"
    assert [exam["changes"] for exam in compared(app, files.data)["exams"]] == [0]
    other = compared(app, small())["exams"][0]["differences"]
    assert other[0]["before"] == "RECTORAT", other
    assert desk.call("GET", "/staff/catalogues/DCG/files").status_code == 404
    assert (
        Desk(app, scopes=["openings:manage"]).call("GET", "/staff/catalogues/CFG/files").status_code
        == 403
    )


def test_establishments_leave_their_trace_and_those_of_a_colleague_are_not_overwritten(
    app: Flask,
) -> None:
    upload(app, with_school("LP Adrien"))
    etag = compared(app, with_school("LP Adrien Paris"))["etag"]
    upload(app, with_school("LP d'Adrien"))
    newest = audited(app, action="etablissements.loaded", actor_kind="staff")[-1]
    assert newest.after == {"new": 0, "changed": 1, "first": ["0250099X"]}
    assert post(app, "", with_school("LP Adrien Paris"), etag=etag).status_code == 412


def test_mistakes_are_named_by_file_and_line_of_the_archive_and_nothing_is_loaded(
    app: Flask,
) -> None:
    session = textwrap.dedent(SMALL.split("sessions:\n")[1]).replace(
        '- name: "2026"', '  name: "2027"'
    )
    files = {
        "exam": SMALL.replace("exclusive:", "exclusif:"),
        "sessions/2027": session.replace("12:00", "25:00"),
    }
    wrong = zip_of({f"catalogue/cfg/{name}.yaml": text.encode() for name, text in files.items()})
    before = all_rows(app)
    for path, more in (("/comparison", {}), ("", {"etag": "x"})):
        answer = post(app, path, wrong, **more)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/saisie-invalide")
        mistakes = answer.json["mistakes"]
        assert answer.json["mistakes_in_all"] == len(mistakes)
        assert {mistake["file"] for mistake in mistakes} == {
            f"catalogue/cfg/{name}.yaml" for name in files
        }
        assert all(mistake["line"] > 0 and mistake["text"] for mistake in mistakes)
        assert "/tmp" not in answer.text
    assert all_rows(app) == before


def test_of_two_administrators_the_second_is_told_that_the_catalogue_has_changed(
    app: Flask,
) -> None:
    upload(app, small())
    archives = small("UN CERTIFICAT"), small("AUTRE CERTIFICAT")
    etags = [compared(app, archive)["etag"] for archive in archives]
    with ThreadPoolExecutor(2) as threads:
        answers = list(
            threads.map(lambda archive, etag: post(app, "", archive, etag=etag), archives, etags)
        )
    assert sorted(answer.status_code for answer in answers) == [204, 412]
    first = [answer.status_code for answer in answers].index(204)
    assert in_force(app)["CFG"]["label"] == ("UN CERTIFICAT", "AUTRE CERTIFICAT")[first]
    etag = compared(app, small())["etag"]
    assert post(app, "", small("UN TROISIEME"), etag=etag).status_code == 412, (
        "what was compared is what is loaded"
    )


def test_a_start_leaves_what_an_administrator_loaded_and_a_command_replaces_it(
    app: Flask, tmp_path: Path
) -> None:
    schools = written(tmp_path) / "etablissements.csv"
    schools.write_text("code,label,kind\nCNED,DES FICHIERS,cned\n", encoding="utf-8")
    start = ("load-catalogue", str(tmp_path), "--at-start")
    assert "CFG : « nouvel examen" in run(app, *start).output
    upload(app, small("UN CERTIFICAT"))
    schools.write_text("code,label,kind\nCNED,AUTRE NOM,cned\n", encoding="utf-8")
    assert "CFG : chargé par un administrateur, laissé en l'état." in run(app, *start).output
    assert in_force(app)["CFG"]["label"].startswith("UN CERTIFICAT")
    with app.app_context(), db.reading() as transaction:
        assert transaction.get_one(EtablissementRow, "CNED").label == "DES FICHIERS"
    assert "CERTIFICAT" in run(app, *start[:2]).output
    assert not in_force(app)["CFG"]["loaded_by_staff"]


def test_an_archive_that_is_none_or_too_large_or_no_base64_is_refused(app: Flask) -> None:
    answer = post(app, "/comparison", b"code: CFG")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/fichier")
    assert post(app, "/comparison", b"x" * (MAX_CATALOGUE_BYTES + 1)).status_code == 422
    assert (
        administrateur(app).call("POST", "/staff/catalogues/comparison", archive="é").status_code
        == 422
    )


def test_a_catalogue_is_compared_then_loaded(app: Flask, tmp_path: Path) -> None:
    folder = str(written(tmp_path / "catalogue"))
    assert "CFG : « nouvel examen" in run(app, "load-catalogue", "--dry-run", folder).output
    assert "CFG : « nouvel examen" in run(app, "load-catalogue", folder).output
    assert run(app, "load-catalogue", folder).output == "Aucune différence.\n"
    written(tmp_path / "catalogue", SMALL.replace("exclusive", "exclusif"))
    result = run(app, "load-catalogue", folder)
    assert result.exit_code == 1
    assert re.search(r"exam\.yaml:\d+: ", result.output)
    schools = tmp_path / "etablissements.csv"
    schools.write_text("code,label,kind\nCNED,CNED,cned\n", encoding="utf-8")
    assert run(app, "load-etablissements", str(schools)).output == "1 établissements.\n"


def test_closing_erases_text_of_closed_sessions_and_unused_revisions(
    app: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    candidature = candidate.registered()
    draft = other.draft()
    load(app, replace(GUIDE, label="Intermédiaire"), GUIDE)
    with app.app_context():
        delete_obsolete_rows()
        assert len(stored(app, select(CatalogueRevision))) == 1, "nothing was judged by the other"
        assert other.get(f"/drafts/{draft['id']}")["id"] == draft["id"]
        candidate_client.move_to(candidate_client.NOW + timedelta(days=500))
        delete_obsolete_rows()
    assert other.call("GET", f"/drafts/{draft['id']}").status_code == 404
    assert candidate.get("/candidatures")["candidatures"] == [], "its session has closed"
    assert stored(app, select(Candidature.id)) == [candidature]
