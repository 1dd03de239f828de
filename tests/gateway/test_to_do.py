"""« Informations importantes »: what is left to do, on the home page and on each candidature, from the facts."""

from dataclasses import replace

import pytest
from icalendar import Calendar

from gateway.web.calendar_file import REMINDER
from gateway.web.justificatifs.liste import is_all_handed_over
from gateway.web.to_do import CandidateFacts, nothing_to_do_sentence
from services.chassis import clock
from services.contracts import page_labels
from services.contracts.api.pieces import Group, Period, Piece, RequestedPieces
from services.documents.dependencies import dependencies
from services.documents.domain.recipients import Publisher
from services.documents.operations.publishing import publish
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.portals import four_services
from tests.support.example_answers import example_of
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser

running = four_services("module")


@pytest.fixture(scope="module")
def browser(running: InProcessFourServices) -> ScriptlessBrowser:
    """Someone who has a candidature, of which all services know."""
    browser = CandidateFactory(running).log_in_registered()
    running.deliver()
    return browser


def items(browser: ScriptlessBrowser) -> list[str]:
    return [text_of(item) for item in browser.page.xpath("//section[h2/@id='informations-importantes']//li")]


def candidature_page(browser: ScriptlessBrowser) -> str:
    browser.get("/inscriptions")
    return str(browser.page.xpath("//main//h3/a/@href")[0])


def test_missing_pieces_are_told_with_their_deadline_on_both_pages(browser: ScriptlessBrowser) -> None:
    for path in ("/", candidature_page(browser)):
        browser.get(path)
        (item,) = items(browser)
        assert "pièces à déposer" in item
        assert "Jusqu'au 31/10/2021 à 23:59 (heure de Paris) : il reste 26 jours" in item
    assert "Incomplète – Pièces à fournir jusqu'au 31/10/2021 à 23:59 (heure de Paris)." in browser.text
    browser.follow(f"{page_labels.JUSTIFICATIFS} : BREVET DE TECHNICIEN SUPERIEUR – BTS 2022")
    assert browser.path.startswith("/justificatifs/")


def test_pieces_that_were_not_provided_in_time_are_told_and_nobody_is_called_complete(
    browser: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    path = candidature_page(browser)
    running.advance_clock(days=27)
    for address in ("/", path):
        browser.get(address)
        assert "pièces n'ont pas été fournies à temps : contactez votre service gestionnaire." in items(browser)[0]
        assert "rien à faire" not in browser.text
    assert "Incomplète – " in browser.text
    assert "Complète" not in browser.text


def test_nothing_is_said_to_be_left_before_pieces_has_heard_of_the_candidature(
    candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    browser = candidates.log_in_registered()
    preparing = "La liste des pièces à fournir est en préparation (BREVET DE TECHNICIEN SUPERIEUR – BTS 2022)."
    for path in ("/", candidature_page(browser)):
        browser.get(path)
        assert preparing in browser.text
        assert "rien à faire" not in browser.text
        assert "Complète" not in browser.text
    running.deliver()
    assert preparing not in browser.get("/").text


def test_a_document_is_to_read_until_it_is_opened(browser: ScriptlessBrowser, running: InProcessFourServices) -> None:
    candidature_id = candidature_page(browser).rpartition("/")[2]
    title, paragraphs = "Convocation aux épreuves", ["Rendez-vous le 9 mai."]
    order = {"type": "convocation", "title": title, "paragraphs": paragraphs, "pdf": None}
    with running.documents.app.app_context():
        publish(dependencies(), Publisher("gestionnaire", None), {**order, "candidatures": [candidature_id]})
    running.deliver()
    browser.get("/")
    assert any("Document à lire : Convocation aux épreuves" in item for item in items(browser))
    browser.follow(f"{page_labels.DOCUMENTS} : BREVET DE TECHNICIEN SUPERIEUR – BTS 2022")
    assert "Convocation(s) aux épreuves – " in browser.text
    assert browser.page.xpath("//main//li/h2/a/text()")[0] == "Convocation aux épreuves", "the newest first"
    browser.get(browser.page.xpath("//main//a[contains(@href, '/documents/fichier/')]/@href")[0])
    browser.get("/")
    assert not any("Document à lire" in item for item in items(browser))


def test_a_new_address_is_to_be_confirmed(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    browser.get("/compte")
    new = {"email": "neuf@example.org", "email_confirmation": "neuf@example.org"}
    browser.press("Enregistrer", **new, current_password=PASSWORD)
    browser.get("/")
    assert "neuf@example.org reste à confirmer" in browser.text


def test_who_has_no_candidature_yet_is_told_where_to_begin(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    assert f"pour en déposer une, choisissez « {page_labels.REGISTER} »." in browser.text
    assert "rien à faire" not in browser.text


def test_who_has_one_and_nothing_left_has_nothing_to_do() -> None:
    assert nothing_to_do_sentence(CandidateFacts(tiles=(), drafts=None)) == "Vous n'avez rien à faire pour le moment."


def test_who_has_withdrawn_is_told_until_when_that_can_be_taken_back(candidates: CandidateFactory) -> None:
    browser = candidates.log_in_registered()
    browser.get("/inscriptions")
    browser.press("Se désinscrire")
    browser.press("Se désinscrire")
    browser.get("/")
    assert f"dans « {page_labels.REGISTRATIONS} » jusqu'au 25/10/2021 à 12:00" in browser.text
    assert "pas encore de candidature" not in browser.text


def test_services_that_are_silent_are_named_in_one_sentence_and_nothing_is_said_to_be_left(
    browser: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    for away in (running.pieces, running.documents, running.registrations):
        with service_stopped(away):
            browser.get("/")
        assert "ne répond pas pour le moment : il peut manquer" in browser.text
        assert "rien à faire" not in browser.text
    with service_stopped(running.pieces), service_stopped(running.documents):
        browser.get("/")
    both = "Le service des justificatifs et le service des documents ne répondent pas pour le moment"
    assert f"{both} : il peut manquer des informations ici." in browser.text
    assert browser.text.count("il peut manquer") == 1


def test_the_dates_of_a_candidature_go_into_the_agenda_of_its_candidate_alone(
    browser: ScriptlessBrowser, candidates: CandidateFactory
) -> None:
    path = candidature_page(browser)
    browser.get(path)
    browser.follow("Ajouter les dates à mon agenda")
    assert browser.answer.content_type == "text/calendar; charset=utf-8"
    assert "TZID" not in browser.answer.text, "a time zone that is named would have to be defined (RFC 5545, 3.2.19)"
    events = Calendar.from_ical(browser.answer.text).walk("VEVENT")
    starts = {str(event["summary"]): event.decoded("dtstart") for event in events}
    shown = {title: clock.to_paris(at).strftime("%d/%m/%Y %H:%M") for title, at in starts.items()}
    assert shown == {
        "Fin des modifications de l'inscription – BTS 2022": "25/10/2021 12:00",
        "Début du dépôt des justificatifs – BTS 2022": "04/10/2021 00:00",
        "Fin du dépôt des justificatifs – BTS 2022": "31/10/2021 23:59",
    }
    assert all(event.walk("VALARM")[0].decoded("trigger") == REMINDER for event in events)
    assert candidates.log_in().get(f"{path}/dates.ics").status_code == 404


PIECE = example_of(Piece, can_deposit=False)
GROUP = example_of(Group, can_validate=False, pieces=(PIECE,))


def asked(group: Group, *, open_now: bool = True) -> RequestedPieces:
    return example_of(RequestedPieces, periods=(example_of(Period, open=open_now, groups=(group,)),))


def test_all_is_handed_over_once_nothing_can_be_deposited_nor_validated() -> None:
    assert is_all_handed_over(asked(GROUP))
    assert not is_all_handed_over(asked(replace(GROUP, can_validate=True)))
    assert not is_all_handed_over(asked(replace(GROUP, pieces=(replace(PIECE, can_deposit=True),))))
    assert not is_all_handed_over(asked(GROUP, open_now=False))
