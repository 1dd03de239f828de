"""« Relances »: who lacks what before which date, and a reminder for those selected, from the page to the mailbox."""

import pytest

from gateway.web.gestion import relances
from services.chassis.tasks import gauges
from services.pieces.jobs import registry
from services.pieces.metrics import INCOMPLETE
from services.pieces.models import db
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.people import StaffFactory, rows
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

BOX = "//input[@name='selection']/@value"


@pytest.fixture(scope="module")
def candidate(running: InProcessFourServices) -> ScriptlessBrowser:
    """Who lacks every piece; no other candidature is there."""
    browser = CandidateFactory(running).log_in_registered()
    running.deliver_events()
    return browser


def test_a_selection_is_reminded_once_a_day_with_mail_and_document(
    gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    gestionnaire.get("/gestion")
    gestionnaire.get(gestionnaire.page.xpath("//section[@aria-labelledby='titre-relances']//a/@href")[0])
    assert gestionnaire.path == "/gestion/relances", "the home page leads to who lacks pieces"
    [row], [box] = rows(gestionnaire), gestionnaire.page.xpath(BOX)
    assert "NATIDE06" in row
    assert "26 jours" in row, "from the 5th to the 31st"
    gestionnaire.post("/gestion/relances", [("selection", box)])
    assert "Une candidature est relancée" in gestionnaire.text
    running.deliver()

    candidate.get("/documents")
    candidate.get(next(link for link in candidate.page.xpath("//main//a/@href") if link.startswith("/documents/")))
    assert "Relance de pièces justificatives" in candidate.text
    candidate.get("/messages")
    assert "Relance de pièces justificatives : BREVET DE TECHNICIEN SUPERIEUR" in candidate.text

    gestionnaire.post("/gestion/relances", [("selection", box)])
    assert "déjà relancée aujourd'hui" in gestionnaire.text
    gestionnaire.get("/gestion/relances")
    assert "05/10/2021" in rows(gestionnaire)[0], "the last reminder"


@pytest.mark.usefixtures("candidate")
def test_the_home_page_says_how_many_lack_pieces_and_how_many_days_are_left(
    staff: StaffFactory, gestionnaire: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    with running.pieces.app.app_context():
        gauges.record(db, INCOMPLETE, {("CAP", "2022", "03"): 1})
    gestionnaire.get("/gestion")
    assert ("Pas encore comptées" in gestionnaire.text, "comptées le" in gestionnaire.text) == (True, False)
    with running.pieces.app.app_context():
        registry.jobs["count-incomplete"].run()
    gestionnaire.get("/gestion")
    [row] = gestionnaire.page.xpath("//*[@id='incompletes']//tbody/tr")
    assert (text_of(row.xpath("./td[1]")[0]), "26 jours" in text_of(row)) == ("1", True)
    assert "Candidatures comptées le" in gestionnaire.text
    elsewhere = staff.logged_in("20")
    assert text_of(elsewhere.page.xpath("//*[@id='incompletes']//tbody/tr/td[1]")[0]) == "0"


@pytest.mark.usefixtures("candidate")
def test_filters_stand_in_the_address_and_an_empty_selection_says_so(gestionnaire: ScriptlessBrowser) -> None:
    gestionnaire.get("/gestion/relances?session=BTS/2022&regroupement=NATIONALITE")
    [row] = rows(gestionnaire)
    assert "NATIDE06" in row
    assert "CINSIG03" not in row
    assert gestionnaire.page.xpath("//select[@name='session']/option[@selected]/@value") == ["BTS/2022"]
    gestionnaire.post("/gestion/relances", [])
    assert "Aucune candidature n'était sélectionnée." in gestionnaire.text
    assert gestionnaire.post("/gestion/relances", [("selection", "x")]).status_code == 422


def test_a_whole_list_is_reminded_once_its_number_of_mails_was_confirmed(
    staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidates.log_in_registered()
    running.deliver_events()
    gestionnaire = staff.logged_in("03")
    gestionnaire.get("/gestion/relances")
    gestionnaire.press("Filtrer", session="BTS/2022", regroupement="NATIONALITE")
    gestionnaire.follow("Compter et relancer toute cette liste")
    assert "(BTS 2022, " in gestionnaire.text
    assert "NATIONALITE" not in gestionnaire.text
    gestionnaire.press("Envoyer 1 mail")
    assert "La relance est lancée" in gestionnaire.text
    running.deliver()
    gestionnaire.follow("Compter à nouveau")
    assert "La relance est terminée : " in gestionnaire.text
    assert "aujourd'hui sur " in gestionnaire.text
    gestionnaire.follow("Retour à la liste")
    assert (gestionnaire.value("session"), gestionnaire.value("regroupement")) == ("BTS/2022", "NATIONALITE")
    assert len(gestionnaire.page.xpath("//select[@name='regroupement']/option")) > 2
    gestionnaire.get("/gestion/relances")
    assert all("05/10/2021" in row for row in rows(gestionnaire))
    gestionnaire.follow("Compter et relancer toute cette liste")
    assert "Toutes ont déjà été relancées" in gestionnaire.text


def test_candidates_are_searched_by_name_and_no_address_tells_of_whom(
    staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        candidates.log_in_registered()
    running.deliver_events()
    gestionnaire = staff.logged_in("03")
    gestionnaire.get("/gestion/relances")
    everybody = rows(gestionnaire)
    gestionnaire.press("Filtrer", recherche="bine")
    assert (rows(gestionnaire), gestionnaire.value("recherche")) == (everybody, "bine")
    addresses = [gestionnaire.answer.request.url, *map(str, gestionnaire.page.xpath("//main//@href | //main//@action"))]
    assert not [address for address in addresses if "bine" in address.lower()]
    numero = text_of(gestionnaire.page.xpath("//tbody/tr[not(contains(., '05/10/2021'))]/th/span")[0])
    gestionnaire.press("Filtrer", recherche=numero)
    assert len(rows(gestionnaire)) == 1
    gestionnaire.get(gestionnaire.page.xpath("//tbody//a[contains(@href, 'regroupement=')]/@href")[0])
    gestionnaire.follow("Compter et relancer toute cette liste")
    assert f"Dans cette liste ({numero}, " in gestionnaire.text
    gestionnaire.press("Envoyer 1 mail")
    running.deliver()
    gestionnaire.follow("Retour à la liste")
    assert ("05/10/2021" in rows(gestionnaire)[0], len(rows(gestionnaire))) == (True, 1)
    gestionnaire.press("Filtrer", recherche="personne", regroupement="")
    assert "Aucune candidature n'a de pièce à déposer ou à valider." in gestionnaire.text
    monkeypatch.setattr(relances, "MOST_FOUND", 1)
    gestionnaire.press("Filtrer", recherche="bine")
    assert (gestionnaire.answer.status_code, gestionnaire.value("recherche"), rows(gestionnaire)) == (422, "bine", [])
    assert relances.TOO_MANY_FOUND in gestionnaire.text
    gestionnaire.get("/gestion/relances?recherche=bine")
    assert (gestionnaire.answer.status_code, rows(gestionnaire)) == (422, []), "a name in an address"
