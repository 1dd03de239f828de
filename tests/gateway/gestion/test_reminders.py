"""« Relances »: who lacks what before which date, and a reminder for those selected, from the page to the mailbox."""

from __future__ import annotations

from services.pieces.jobs import jobs
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of, text_of
from tests.gateway.gestion.people import StaffFactory, rows
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

BOX = "//input[@name='selection']/@value"


def _registered(candidates: CandidateFactory, running: InProcessFourServices) -> ScriptlessBrowser:
    browser = candidates.log_in_registered()
    running.deliver_events()
    return browser


def test_a_selection_is_reminded_once_a_day_with_mail_and_document(
    staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidate, gestionnaire = _registered(candidates, running), staff.logged_in("03")
    gestionnaire.get("/gestion")
    gestionnaire.get(gestionnaire.page.xpath("//section[@aria-labelledby='titre-relances']//a/@href")[0])
    assert gestionnaire.path == "/gestion/relances", "the home page leads to who lacks pieces"
    assert "NATIDE06" in rows(gestionnaire)[-1]
    assert "26 jours" in rows(gestionnaire)[-1], "from the 5th to the 31st"
    boxes = gestionnaire.page.xpath(BOX)
    gestionnaire.post("/gestion/relances", [("selection", box) for box in boxes])
    sent = "Une candidature est relancée" if len(boxes) == 1 else f"{len(boxes)} candidatures sont relancées"
    assert sent in gestionnaire.text
    running.deliver()

    candidate.get("/documents")
    candidate.get(next(link for link in candidate.page.xpath("//main//a/@href") if link.startswith("/documents/")))
    assert "Relance de pièces justificatives" in candidate.text
    candidate.get("/messages")
    assert "Relance de pièces justificatives : BREVET DE TECHNICIEN SUPERIEUR" in candidate.text

    gestionnaire.post("/gestion/relances", [("selection", box) for box in boxes])
    assert "déjà relancée aujourd'hui" in gestionnaire.text
    gestionnaire.get("/gestion/relances")
    assert "05/10/2021" in rows(gestionnaire)[-1], "the last reminder"


def test_the_home_page_says_how_many_lack_pieces_and_how_many_days_are_left(
    staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    _registered(candidates, running)
    gestionnaire = staff.logged_in("03")
    with running.pieces.app.app_context():
        jobs["count-incomplete"].run()
    gestionnaire.get("/gestion/relances")
    number = len(rows(gestionnaire))
    gestionnaire.get("/gestion")
    assert not problems_of(gestionnaire.answer.text)
    [row] = gestionnaire.page.xpath("//*[@id='incompletes']//tbody/tr")
    assert text_of(row.xpath("./td[1]")[0]) == str(number)
    assert "26 jours" in text_of(row)
    elsewhere = staff.logged_in("20")
    assert text_of(elsewhere.page.xpath("//*[@id='incompletes']//tbody/tr/td[1]")[0]) == "0"


def test_filters_stand_in_the_address_and_an_empty_selection_says_so(
    staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    _registered(candidates, running)
    gestionnaire = staff.logged_in("03")
    gestionnaire.get("/gestion/relances?session=BTS/2022&regroupement=NATIONALITE")
    assert all("NATIDE06" in row and "CINSIG03" not in row for row in rows(gestionnaire))
    assert gestionnaire.page.xpath("//select[@name='session']/option[@selected]/@value") == ["BTS/2022"]
    gestionnaire.get("/gestion/relances?session=BTS/1999")
    assert "Il ne manque de pièce à aucune candidature." in gestionnaire.text
    gestionnaire.post("/gestion/relances", [])
    assert "Aucune candidature n'était sélectionnée." in gestionnaire.text
    gestionnaire.post("/gestion/relances", [("selection", "x")])
    assert gestionnaire.answer.status_code == 422


def test_another_académies_gestionnaire_sees_and_reminds_nobody(
    staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    _registered(candidates, running)
    here, elsewhere = staff.logged_in("03"), staff.logged_in("20")
    here.get("/gestion/relances")
    [*_, box] = here.page.xpath(BOX)
    elsewhere.get("/gestion/relances")
    assert rows(elsewhere) == []
    elsewhere.post("/gestion/relances", [("selection", box)])
    assert "introuvable dans vos académies" in elsewhere.text
