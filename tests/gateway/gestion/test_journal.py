"""« Journal »: what gestionnaires do and open can be looked up by an administrator, and by nobody else."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from gateway.clients import base
from gateway.posted_forms import DAY_EXPECTED
from gateway.web.gestion import journal
from services.contracts.audit_labels import ACTION_LABELS, readable_changes
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.people import RECEIVED, StaffFactory, depositor, rows
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ADDRESS, ScriptlessBrowser

SERVICES = Path(__file__).parents[3] / "services"


def test_acts_of_candidates_are_listed_on_demand_alone(administrator: ScriptlessBrowser, candidature: str) -> None:
    administrator.get(f"/gestion/journal?objet={candidature}")
    assert not any("Candidature enregistrée" in row for row in rows(administrator))
    administrator.get(f"/gestion/journal?objet={candidature}&acte=candidature.saved&candidats=oui")
    [row] = rows(administrator)
    assert "Candidature enregistrée" in row
    assert ADDRESS not in row


def test_its_pages_give_every_act_of_every_service_once(
    administrator: ScriptlessBrowser, candidature: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator.get("/gestion/journal?candidats=oui")
    whole = rows(administrator)
    monkeypatch.setattr(journal, "ENTRIES_OF_A_PAGE", 3)
    administrator.get("/gestion/journal?candidats=oui")
    paged = rows(administrator)
    while len(paged) < len(whole) and "Page suivante" in administrator.text:
        administrator.follow("Page suivante")
        paged += rows(administrator)
    assert paged == whole


def test_days_bound_it_and_days_or_pages_that_are_none_are_said_so(administrator: ScriptlessBrowser) -> None:
    administrator.get("/gestion/journal?au=01/01/2000&candidats=oui")
    assert "Aucun acte ne correspond" in administrator.text
    assert administrator.get("/gestion/journal?au=31/12/9999").status_code == 422
    assert administrator.get("/gestion/journal?du=hier&au=31/02/2021").status_code == 422
    assert administrator.value("du") == "hier"
    assert administrator.text.count(DAY_EXPECTED) >= 2
    for cursor in ("x", "[]", '{"gateway": 1}', '{"accounts": "x"}', "[" * 100_000):
        assert administrator.get(f"/gestion/journal?{urlencode({'suite': cursor})}").status_code in (400, 414)


def test_its_acts_are_given_as_csv_which_is_an_act_too(
    administrator: ScriptlessBrowser, candidature: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "CHUNK_BYTES", 7)  # which cuts ids that names replace
    administrator.get("/gestion/journal?candidats=oui")
    administrator.follow("inscriptions")
    assert administrator.answer.headers["Content-Disposition"] == "attachment; filename=journal-registrations.csv"
    assert candidature in administrator.answer.text
    assert "Candidature enregistrée" in administrator.answer.text
    administrator.get("/gestion/journal/registrations.csv?acte=audit.exported")
    [line] = csv.DictReader(administrator.answer.text.removeprefix("\ufeff").splitlines(), delimiter=";")
    assert (line["Auteur"], line["Par"], line["Acte"]) == ("Gestionnaire", "Anne DUVAL", "Journal exporté")
    for path in ("/gestion/journal/gateway.csv", "/gestion/journal/accounts.csv?du=hier"):
        assert administrator.get(path).status_code == 404


def test_acts_on_a_candidate_are_found_by_a_number_that_stands_in_no_address(
    administrator: ScriptlessBrowser, staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidature = depositor(candidates, running).path.rpartition("/")[2]
    running.deliver()
    gestionnaire = staff.logged_in("03")
    gestionnaire.get(f"/gestion/candidatures/{candidature}")
    [numero] = re.findall(r"N° candidat (\d{11})", gestionnaire.text)
    gestionnaire.get(gestionnaire.page.xpath("//a[contains(., '(PDF)')]/@href")[0])
    gestionnaire.get(f"/gestion/pieces?candidature={candidature}&statut=toutes")
    gestionnaire.get(gestionnaire.page.xpath("//tbody//th//a/@href")[0])
    piece = gestionnaire.path.rpartition("/")[2]
    gestionnaire.press(RECEIVED)
    administrator.get(f"/gestion/journal?objet={piece}&acte=piece.controlled")
    [row] = rows(administrator)
    for words in ("Pièce contrôlée", "Anne DUVAL", ADDRESS, f"statut : {RECEIVED}"):
        assert words in row
    assert re.search(r"[A-Z][\w-]+ – \w+", row), "which piece it is"
    for field in ("numero", "objet"):
        administrator.get("/gestion/journal")
        administrator.press("Filtrer", candidats="oui", **{field: f"{numero[:3]} {numero[3:]}"})
        for act in ("Candidature enregistrée", "Candidature consultée", "Document consulté", "Fichier déposé"):
            assert act in " ".join(rows(administrator))
        assert set(map(text_of, administrator.page.xpath("//tbody//td//a"))) == {numero}
        assert (administrator.value("numero"), administrator.value("objet")) == (numero, "")
        assert numero not in administrator.answer.request.url
        assert not [address for address in administrator.page.xpath("//a/@href") if numero in address]
    administrator.follow("inscriptions")
    lines = csv.DictReader(administrator.answer.text.removeprefix("\ufeff").splitlines(), delimiter=";")
    assert {line["N° candidat"] for line in lines} == {numero}
    administrator.get("/gestion/journal")
    administrator.press("Filtrer", numero="02199999999")
    assert "Aucun acte ne correspond" in administrator.text
    assert administrator.get(f"/gestion/journal?numero={numero}").status_code == 422, "no address asks for it in clear"


def test_what_changed_is_read_with_what_it_was_before() -> None:
    before = {"state": "active", "opens": "2021-10-04T12:00:00+00:00", "refusal_mails": False}
    after = {"state": "ecartee", "opens": "2021-10-05T12:00:00+00:00", "refusal_mails": False, "reason": "Panne"}
    assert list(readable_changes(before, after)) == [
        "état : Active → Écartée",
        "ouverture des inscriptions : 04/10/2021 à 14:00 → 05/10/2021 à 14:00",
        "refusal_mails : non",
        "motif : Panne",
    ]
    assert list(readable_changes({"title": "Panne"}, None)) == ["titre : Panne → -"]
    after = {"status": "none", "state": "prepared", "scan": "clean", "event_id": "4f", "academie": "03"}
    words = ["statut : sans statut", "état : En attente du fichier", "antivirus : saine", "envoi : 4f", "académie : 03"]
    assert list(readable_changes(None, after)) == words


def test_every_act_that_a_service_notes_has_its_french_words() -> None:
    acts = set(recorded_acts())
    assert len(acts) > 25
    assert acts - set(ACTION_LABELS) == set()
    assert len(set(ACTION_LABELS.values())) == len(ACTION_LABELS), "each is one of the list's acts"


def recorded_acts() -> Iterator[str]:
    """The third argument of each `….record(session, actor, "act", …)`, where it is written out."""
    sources = (path.read_text(encoding="utf-8") for path in SERVICES.rglob("*.py"))
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        match node:
            case ast.Call(func=ast.Attribute(attr="record"), args=[_, _, ast.Constant(value=str(act)), *_]):
                yield act
