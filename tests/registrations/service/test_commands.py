"""The commands for operators and the periodic jobs."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from services.chassis import clock
from services.registrations.jobs import delete_obsolete_rows
from services.registrations.models import Candidature, CatalogueRevision
from tests.registrations.catalogue.small_exam import SMALL, written
from tests.registrations.service.candidate_client import GUIDE, Answer, CandidateClient, load
from tests.support.service_worker import stored


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


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


def test_messages_are_published_listed_and_withdrawn(app: Flask) -> None:
    texts = ("--title", "Indisponibilité", "--text", "Ce soir.")
    kind = ("--severity", "warning", "--until", "2021-12-01 00:00")
    published = run(app, "publish-message", *texts, *kind).output.strip()
    shown = Answer.of(app.test_client().get("/v1/messages")).json
    assert [message["id"] for message in shown] == [published]
    assert "Indisponibilité" in run(app, "messages").output
    assert run(app, "withdraw-message", published).exit_code == 0
    assert Answer.of(app.test_client().get("/v1/messages")).json == []
    assert run(app, "messages").output == "Aucun message.\n"
    assert run(app, "withdraw-message", published).exit_code == 1


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
        clock.set_offset(clock.offset().total_seconds() + timedelta(days=500).total_seconds())
        delete_obsolete_rows()
    assert other.call("GET", f"/drafts/{draft['id']}").status_code == 404
    assert candidate.get("/candidatures")["candidatures"] == [], "its session has closed"
    assert stored(app, select(Candidature.id)) == [candidature]
