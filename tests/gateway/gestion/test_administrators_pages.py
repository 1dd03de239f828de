"""« Catalogue », « Journal » and « Conservation », which administrators alone have; requests of
erasure."""

import ast
import csv
import io
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from gateway.clients import base
from gateway.error_pages import LONGEST_KEPT_POST
from gateway.layout.frame import GESTION_PAGES
from gateway.posted_forms import DAY_EXPECTED
from gateway.web.gestion import journal
from gateway.web.mails import read_mails
from services.clock import portal_now
from services.contracts.api.administration import MAX_CATALOGUE_BYTES
from services.contracts.audit_labels import ACTION_LABELS, readable_changes
from services.contracts.retention import PIECES, retention
from tests.accounts.creation_form import PASSWORD
from tests.documents.imports.exam_office import zip_of
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import RECEIVED, StaffBrowser
from tests.registrations.catalogue.small_exam import SMALL
from tests.registrations.service.candidate_client import GUIDE_SESSION
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped
from tests.support.scriptless_browser import ADDRESS

CATALOGUE = "/gestion/catalogue"
RETENTION = "/gestion/conservation"
SERVICES = Path(__file__).parents[3] / "services"


def archive(label: str = "CERTIFICAT DE FORMATION GENERALE", code: str = "CFG") -> bytes:
    text = SMALL.replace("CERTIFICAT DE FORMATION GENERALE", label).replace(
        "code: CFG\ndomaine", f"code: {code}\ndomaine"
    )
    return zip_of({"catalogue/cfg/exam.yaml": text.encode()})


def send(browser: Browser, content: bytes, name: str = "catalogue.zip") -> None:
    browser.post(CATALOGUE, [("fichier", (io.BytesIO(content), name))])


def test_a_new_exam_is_compared_loaded_and_in_the_journal(administrator: Browser) -> None:
    administrator.get("/gestion")
    assert GESTION_PAGES["catalogue"].label in administrator.text
    send(administrator, archive(code="CFG2"))
    assert "Nouvel examen ou concours." in administrator.text
    assert "BREVET DE TECHNICIEN SUPERIEUR" in administrator.text, (
        "what the archive does not have stays"
    )
    administrator.press("Charger ce catalogue", code="")
    assert "Saisissez un code de votre second facteur." in administrator.text
    assert "Nouvel examen ou concours." in administrator.text, "the archive stays in the page"
    administrator.press("Charger ce catalogue")
    assert "Le catalogue est chargé" in administrator.text
    assert any("CFG2" in row and "Un administrateur" in row for row in administrator.rows())
    administrator.get("/gestion/journal?objet=CFG2")
    assert "Catalogue chargé" in administrator.text


def test_what_is_in_force_is_downloaded_and_is_no_change_when_it_is_sent_again(
    administrator: Browser,
) -> None:
    send(administrator, archive(code="CFG4"))
    administrator.press("Charger ce catalogue")
    downloaded = administrator.get("/gestion/catalogue/CFG4.zip")
    assert downloaded.mimetype == "application/zip"
    send(administrator, downloaded.data)
    assert "Aucun changement." in administrator.text
    send(administrator, archive("CERTIFICAT RENOMME", "CFG4"))
    assert (
        "CFG4, intitulé CERTIFICAT DE FORMATION GENERALE CERTIFICAT RENOMME" in administrator.rows()
    )


def test_mistakes_are_shown_by_file_and_line_and_what_is_no_archive_beside_its_field(
    administrator: Browser,
) -> None:
    send(administrator, zip_of({"cfg/exam.yaml": SMALL.replace("exclusive", "exclusif").encode()}))
    assert administrator.answer.status_code == 422
    assert any(
        "cfg/exam.yaml" in row and "écrire « exclusive »" in row for row in administrator.rows()
    )
    for content, name, said, status in (
        (b"", "", "Choisissez l'archive à vérifier.", 422),
        (b"code: CFG", "exam.yaml", "pas une archive ZIP", 422),
        (b"x" * (MAX_CATALOGUE_BYTES + 1), "a.zip", "Votre fichier est trop volumineux", 413),
    ):
        send(administrator, content, name)
        assert (administrator.answer.status_code, said in administrator.text) == (status, True)
    largest = urlsafe_b64encode(b"x" * MAX_CATALOGUE_BYTES).decode()
    administrator.post(f"{CATALOGUE}/chargement", {"archive": largest, "etag": "x"})
    assert (administrator.answer.status_code, "pas une archive ZIP" in administrator.text) == (
        422,
        True,
    ), "it fits"


def test_an_archive_that_is_too_long_to_be_kept_is_to_be_sent_again_after_an_outage(
    administrator: Browser,
) -> None:
    for length, is_kept in ((LONGEST_KEPT_POST // 2, True), (LONGEST_KEPT_POST + 1, False)):
        with service_stopped(administrator.portal.registrations):
            administrator.post(f"{CATALOGUE}/chargement", {"archive": "x" * length, "etag": "x"})
        assert administrator.answer.status_code == 503
        assert ("Réessayer" in administrator.text) is is_kept
        assert ("trop long pour être conservé" in administrator.text) is not is_kept


def test_acts_of_candidates_are_listed_on_demand_alone(
    administrator: Browser, candidature: str
) -> None:
    administrator.get(f"/gestion/journal?objet={candidature}")
    assert not any("Candidature enregistrée" in row for row in administrator.rows())
    administrator.get(f"/gestion/journal?objet={candidature}&acte=candidature.saved&candidats=oui")
    [row] = administrator.rows()
    assert "Candidature enregistrée" in row
    assert ADDRESS not in row


def test_its_pages_give_every_act_of_every_service_once(
    administrator: Browser, candidature: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator.get("/gestion/journal?candidats=oui")
    whole = administrator.rows()
    monkeypatch.setattr(journal, "ENTRIES_OF_A_PAGE", 3)
    administrator.get("/gestion/journal?candidats=oui")
    paged = administrator.rows()
    while len(paged) < len(whole) and "Page suivante" in administrator.text:
        administrator.follow("Page suivante")
        paged += administrator.rows()
    assert paged == whole


def test_days_bound_it_and_days_or_pages_that_are_none_are_said_so(administrator: Browser) -> None:
    administrator.get("/gestion/journal?au=01/01/2000&candidats=oui")
    assert "Aucun acte ne correspond" in administrator.text
    assert administrator.get("/gestion/journal?au=31/12/9999").status_code == 422
    assert administrator.get("/gestion/journal?du=hier&au=31/02/2021").status_code == 422
    assert administrator.value("du") == "hier"
    assert administrator.text.count(DAY_EXPECTED) >= 2
    for cursor in ("x", "[]", '{"gateway": 1}', '{"accounts": "x"}', "[" * 100_000):
        assert administrator.get(
            f"/gestion/journal?{urlencode({'suite': cursor})}"
        ).status_code in (400, 414)


def test_its_acts_are_given_as_csv_which_is_an_act_too(
    administrator: Browser, candidature: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "CHUNK_BYTES", 7)  # which cuts ids that names replace
    administrator.get("/gestion/journal?candidats=oui")
    administrator.follow("inscriptions")
    assert (
        administrator.answer.headers["Content-Disposition"]
        == "attachment; filename=journal-registrations.csv"
    )
    assert candidature in administrator.answer.text
    assert "Candidature enregistrée" in administrator.answer.text
    administrator.get("/gestion/journal/registrations.csv?acte=audit.exported")
    [line] = csv.DictReader(
        administrator.answer.text.removeprefix("\ufeff").splitlines(), delimiter=";"
    )
    assert (line["Auteur"], line["Par"], line["Acte"]) == (
        "Gestionnaire",
        "Anne DUVAL",
        "Journal exporté",
    )
    for path in ("/gestion/journal/gateway.csv", "/gestion/journal/accounts.csv?du=hier"):
        assert administrator.get(path).status_code == 404


def test_acts_on_a_candidate_are_found_by_a_number_that_stands_in_no_address(
    administrator: Browser, gestionnaire: StaffBrowser, candidate: Browser
) -> None:
    candidature = candidate.shown_id
    gestionnaire.portal.deliver()
    gestionnaire.get(f"/gestion/candidatures/{candidature}")
    [numero] = re.findall(r"N° candidat (\d{11})", gestionnaire.text)
    gestionnaire.get(gestionnaire.page.xpath("//a[contains(., '(PDF)')]/@href")[0])
    gestionnaire.get(f"/gestion/pieces?candidature={candidature}&statut=toutes")
    gestionnaire.get(gestionnaire.page.xpath("//tbody//th//a/@href")[0])
    piece = gestionnaire.shown_id
    gestionnaire.press(RECEIVED)
    administrator.get(f"/gestion/journal?objet={piece}&acte=piece.controlled")
    [row] = administrator.rows()
    for words in ("Pièce contrôlée", "Anne DUVAL", ADDRESS, f"statut : {RECEIVED}"):
        assert words in row
    assert re.search(r"[A-Z][\w-]+ – \w+", row), "which piece it is"
    for field in ("numero", "objet"):
        administrator.get("/gestion/journal")
        administrator.press("Filtrer", candidats="oui", **{field: f"{numero[:3]} {numero[3:]}"})
        for act in (
            "Candidature enregistrée",
            "Candidature consultée",
            "Document consulté",
            "Fichier déposé",
        ):
            assert act in " ".join(administrator.rows())
        assert set(administrator.texts("//tbody//td//a")) == {numero}
        assert (administrator.value("numero"), administrator.value("objet")) == (numero, "")
        assert numero not in administrator.answer.request.url
        assert not [
            address for address in administrator.page.xpath("//a/@href") if numero in address
        ]
    administrator.follow("inscriptions")
    lines = csv.DictReader(
        administrator.answer.text.removeprefix("\ufeff").splitlines(), delimiter=";"
    )
    assert {line["N° candidat"] for line in lines} == {numero}
    administrator.get("/gestion/journal")
    administrator.press("Filtrer", numero="02199999999")
    assert "Aucun acte ne correspond" in administrator.text
    assert administrator.get(f"/gestion/journal?numero={numero}").status_code == 422, (
        "no address asks for it in clear"
    )


def test_what_changed_is_read_with_what_it_was_before() -> None:
    before = {"state": "active", "opens": "2021-10-04T12:00:00+00:00", "refusal_mails": False}
    after = {
        "state": "ecartee",
        "opens": "2021-10-05T12:00:00+00:00",
        "refusal_mails": False,
        "reason": "Panne",
    }
    assert list(readable_changes(before, after)) == [
        "état : Active → Écartée",
        "ouverture des inscriptions : 04/10/2021 à 14:00 → 05/10/2021 à 14:00",
        "refusal_mails : non",
        "motif : Panne",
    ]
    assert list(readable_changes({"title": "Panne"}, None)) == ["titre : Panne → -"]
    after = {
        "status": "none",
        "state": "prepared",
        "scan": "clean",
        "event_id": "4f",
        "academie": "03",
    }
    words = [
        "statut : sans statut",
        "état : En attente du fichier",
        "antivirus : saine",
        "envoi : 4f",
        "académie : 03",
    ]
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
            case ast.Call(
                func=ast.Attribute(attr="record"), args=[_, _, ast.Constant(value=str(act)), *_]
            ):
                yield act


def test_what_is_due_within_a_month_is_shown_and_a_session_is_held_back(
    administrator: Browser, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidates.register(candidates.create_activated_account())
    administrator.get(RETENTION)
    assert "Rien n'est à effacer" in administrator.text
    due = retention().kind(PIECES).erased_from(GUIDE_SESSION.closes) - timedelta(days=20)
    running.advance_clock(seconds=(due - portal_now()).total_seconds())
    administrator.get(RETENTION)
    assert "Pièces justificatives" in administrator.text
    assert "Candidatures" not in [cell.text for cell in administrator.page.xpath("//td")]
    administrator.get(f"{RETENTION}?exam=BTS&session=2022")
    administrator.press("Suspendre", reason="Recours devant le tribunal", code="000000")
    assert "Ce code n'est pas le bon" in administrator.text
    administrator.press("Suspendre")
    assert "suspendu : Recours devant le tribunal" in administrator.text
    administrator.get(f"{RETENTION}?exam=BTS&session=2022")
    administrator.press("Reprendre", reason="Jugé")
    assert "reprennent" in administrator.text


def test_who_asks_for_erasure_is_answered(
    administrator: Browser, candidates: CandidateFactory
) -> None:
    email = candidates.create_activated_account()
    candidates.register(email)
    browser = candidates.log_in(email)
    browser.get("/inscriptions")
    browser.press("Modifier")
    draft = browser.path
    browser.get("/compte")
    browser.follow("Demander l'effacement de mes données")
    assert retention().sentence(retention().kind(PIECES)) in browser.text, (
        "what stays, and until when"
    )
    browser.press("Demander l'effacement", current_password=PASSWORD)
    assert "Votre demande est enregistrée" in browser.text
    assert not browser.page.xpath("//main//button[contains(., 'Demander')]"), (
        "it waits for its answer"
    )

    administrator.get("/gestion/effacements")
    assert (
        "30 jours pour répondre" in administrator.text
        or "31 jours pour répondre" in administrator.text
    )
    assert email not in administrator.answer.text
    administrator.get(administrator.page.xpath("//a[contains(., 'Répondre')]/@href")[0])
    assert administrator.press("Répondre", answer="").status_code == 422
    administrator.press("Répondre", answer="Vos pièces sont gardées un an.")
    assert "La réponse est envoyée" in administrator.text
    candidates.portal.deliver_events()
    mailed = [mail.text for mail in read_mails(candidates.portal.mail_folder) if mail.to == email]
    assert "Vos pièces sont gardées un an." in "".join(mailed), "by mail"
    assert browser.get(draft).status_code == 404, "drafts go at once"
    browser.get("/compte/effacement")
    assert "Vos pièces sont gardées un an." in browser.text


def test_without_a_candidature_the_account_is_erased_at_once(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    browser.get("/compte/effacement")
    assert "tout de suite" in browser.text
    browser.press("Demander l'effacement", current_password=PASSWORD)
    assert "Votre compte est supprimé" in browser.text
