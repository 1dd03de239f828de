"""What is told of a candidature: what is left to do, its history, and what its papers prove to
others."""

from dataclasses import replace

import pytest
from icalendar import Calendar

from gateway.web.calendar_file import REMINDER
from gateway.web.inscription import mes_inscriptions
from gateway.web.justificatifs.liste import is_all_handed_over
from gateway.web.to_do import CandidateFacts, nothing_to_do_sentence
from services import clock
from services.contracts import page_labels
from services.contracts.api.pieces import Group, Period, Piece, RequestedPieces
from services.contracts.api.staff_documents import Order
from services.documents.dependencies import dependencies
from services.documents.domain.recipients import Publisher
from services.documents.operations.publishing import publish
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import (
    NON_COMPLIANT,
    StaffFactory,
    deposit,
    depositor,
    open_first,
)
from tests.gateway.papers import held_qr
from tests.gateway.portals import four_services
from tests.support.example_answers import example_of
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped

running = four_services("module")
PIECE = example_of(Piece, can_deposit=False)
GROUP = example_of(Group, can_validate=False, pieces=(PIECE,))
COMMENT = "Il manque une page."
EVENTS = [
    "Mail envoyé : Désinscription annulée",
    "Inscription rétablie, version 4",
    "Désinscription",
    "Document créé, version 2 : ",
    "Mail envoyé : Modification d'inscription",
    "Inscription enregistrée, version 2",
    "Décision par le service gestionnaire, Non Conforme",
    "Fichier remplacé",
    "Fichier déposé",
    "Mail envoyé : ",
    "Inscription enregistrée, version 1",
    "Inscription commencée",
]
"""In their order, others between them; the second version has changed what was typed, the restored
one nothing."""


@pytest.fixture(scope="module")
def browser(running: InProcessFourServices) -> Browser:
    """Someone who has a candidature, of which all services know."""
    browser = CandidateFactory(running).log_in_registered()
    running.deliver()
    return browser


def items(browser: Browser) -> list[str]:
    return browser.texts("//section[h2/@id='informations-importantes']//li")


def test_missing_pieces_are_told_with_their_deadline_on_both_pages(browser: Browser) -> None:
    for path in ("/", browser.candidature_page()):
        browser.get(path)
        (item,) = items(browser)
        assert "pièces à déposer" in item
        assert "Jusqu'au 31/10/2021 à 23:59 (heure de Paris) : il reste 26 jours" in item
    assert (
        "Incomplète – Pièces à fournir jusqu'au 31/10/2021 à 23:59 (heure de Paris)."
        in browser.text
    )
    browser.follow(f"{page_labels.JUSTIFICATIFS} : BREVET DE TECHNICIEN SUPERIEUR – BTS 2022")
    assert browser.path.startswith("/justificatifs/")


def test_pieces_that_were_not_provided_in_time_are_told_and_nobody_is_called_complete(
    browser: Browser,
) -> None:
    path = browser.candidature_page()
    browser.portal.advance_clock(days=27)
    for address in ("/", path):
        browser.get(address)
        assert (
            "pièces n'ont pas été fournies à temps : contactez votre service gestionnaire."
            in items(browser)[0]
        )
        assert "rien à faire" not in browser.text
    assert "Incomplète – " in browser.text
    assert "Complète" not in browser.text


def test_nothing_is_said_to_be_left_before_pieces_has_heard_of_the_candidature(
    candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    browser = candidates.log_in_registered()
    preparing = (
        "La liste des pièces à fournir est en préparation (BREVET DE TECHNICIEN SUPERIEUR – BTS "
        "2022)."
    )
    for path in ("/", browser.candidature_page()):
        browser.get(path)
        assert preparing in browser.text
        assert "rien à faire" not in browser.text
        assert "Complète" not in browser.text
    running.deliver()
    assert preparing not in browser.get("/").text


def test_a_document_is_to_read_until_it_is_opened(
    browser: Browser, running: InProcessFourServices
) -> None:
    candidature_id = browser.candidature_page().rpartition("/")[2]
    title = "Convocation aux épreuves"
    paragraphs = ["Rendez-vous le 9 mai."]
    order = Order(
        type="convocation",
        title=title,
        paragraphs=paragraphs,
        candidatures=[candidature_id],
        pdf=None,
    )
    with running.documents.app.app_context():
        publish(dependencies(), Publisher("gestionnaire", None), order)
    running.deliver()
    browser.get("/")
    assert any("Document à lire : Convocation aux épreuves" in item for item in items(browser))
    browser.follow(f"{page_labels.DOCUMENTS} : BREVET DE TECHNICIEN SUPERIEUR – BTS 2022")
    assert "Convocation(s) aux épreuves – " in browser.text
    assert browser.page.xpath("//main//li/h2/a/text()")[0] == "Convocation aux épreuves", (
        "the newest first"
    )
    browser.get(browser.page.xpath("//main//a[contains(@href, '/documents/fichier/')]/@href")[0])
    browser.get("/")
    assert not any("Document à lire" in item for item in items(browser))


def test_where_to_begin_and_a_new_address_to_be_confirmed_are_told(
    candidates: CandidateFactory,
) -> None:
    browser = candidates.log_in()
    assert f"pour en déposer une, choisissez « {page_labels.REGISTER} »." in browser.text
    assert "rien à faire" not in browser.text
    browser.get("/compte")
    new = {"email": "neuf@example.org", "email_confirmation": "neuf@example.org"}
    browser.press("Enregistrer", **new, current_password=PASSWORD)
    browser.get("/")
    assert "neuf@example.org reste à confirmer" in browser.text


def test_who_has_one_and_nothing_left_has_nothing_to_do() -> None:
    assert (
        nothing_to_do_sentence(CandidateFacts(tiles=(), drafts=None))
        == "Vous n'avez rien à faire pour le moment."
    )


def test_who_has_withdrawn_is_told_until_when_that_can_be_taken_back(
    candidates: CandidateFactory,
) -> None:
    browser = candidates.log_in_registered()
    browser.get("/inscriptions")
    browser.press("Se désinscrire")
    browser.press("Se désinscrire")
    browser.get("/")
    assert f"dans « {page_labels.REGISTRATIONS} » jusqu'au 25/10/2021 à 12:00" in browser.text
    assert "pas encore de candidature" not in browser.text


def test_services_that_are_silent_are_named_in_one_sentence_and_nothing_is_said_to_be_left(
    browser: Browser, running: InProcessFourServices
) -> None:
    for away in (running.pieces, running.documents, running.registrations):
        with service_stopped(away):
            browser.get("/")
        assert "ne répond pas pour le moment : il peut manquer" in browser.text
        assert "rien à faire" not in browser.text
    with service_stopped(running.pieces), service_stopped(running.documents):
        browser.get("/")
    both = (
        "Le service des justificatifs et le service des documents ne répondent pas pour le moment"
    )
    assert f"{both} : il peut manquer des informations ici." in browser.text
    assert browser.text.count("il peut manquer") == 1


def test_the_dates_of_a_candidature_go_into_the_agenda_of_its_candidate_alone(
    browser: Browser, candidates: CandidateFactory
) -> None:
    path = browser.candidature_page()
    browser.get(path)
    browser.follow("Ajouter les dates à mon agenda")
    assert browser.answer.content_type == "text/calendar; charset=utf-8"
    assert "TZID" not in browser.answer.text, (
        "a time zone that is named would have to be defined (RFC 5545, 3.2.19)"
    )
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


def asked(group: Group, *, open_now: bool = True) -> RequestedPieces:
    return example_of(
        RequestedPieces, periods=(example_of(Period, open=open_now, groups=(group,)),)
    )


def test_all_is_handed_over_once_nothing_can_be_deposited_nor_validated() -> None:
    assert is_all_handed_over(asked(GROUP))
    assert not is_all_handed_over(asked(replace(GROUP, can_validate=True)))
    assert not is_all_handed_over(asked(replace(GROUP, pieces=(replace(PIECE, can_deposit=True),))))
    assert not is_all_handed_over(asked(GROUP, open_now=False))


@pytest.fixture(scope="module")
def candidate(running: InProcessFourServices) -> Browser:
    """Who registered, deposited a file twice, had it refused, changed a tab, withdrew and took that
    back."""
    candidates = CandidateFactory(running)
    staff = StaffFactory(running)
    browser = depositor(candidates, running)
    candidature = browser.shown_id
    page = next(iter(sorted(browser.page.xpath("//main//a/@href[contains(., '/depot/')]"))))
    deposit(browser, str(page))
    running.deliver()
    gestionnaire = staff.logged_in("03")
    open_first(gestionnaire, candidature)
    gestionnaire.press(NON_COMPLIANT, comment=COMMENT)
    browser.get(f"/inscriptions/{candidature}")
    browser.press("Modifier")
    browser.press("2 - Identification")
    browser.press("8 - Récapitulatif", telephone_mobile="06 12 34 56 78")
    browser.press("Suivant")
    browser.press("Enregistrer")
    browser.get(f"/inscriptions/{candidature}/desinscription")
    browser.press("Se désinscrire")
    browser.press("Annuler ma désinscription")
    running.deliver()
    browser.get(f"/inscriptions/{candidature}")
    browser.follow("Historique")
    return browser


def test_it_tells_its_candidate_alone_what_happened_newest_first(
    candidate: Browser, candidates: CandidateFactory
) -> None:
    told = candidate.texts("//main//h2")
    rest = iter(told)
    for event in EVENTS:
        assert any(title.startswith(event) for title in rest), f"{event}, in this order: {told}"
    candidate.shows(f"Commentaire : {COMMENT}", "Fichier : piece.pdf")
    assert "Motif : Candidature rétablie" not in candidate.text
    [change] = candidate.texts("//main//details//tbody/tr")
    assert change.endswith("0612345678")
    assert candidates.log_in().get(candidate.path).status_code == 404
    assert "DUVAL" not in candidate.answer.text, "nobody at work is named"
    assert "gestion1@" not in candidate.answer.text


def test_its_pages_give_every_event_once(
    candidate: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = candidate.path
    whole = candidate.texts("//main//h2")
    monkeypatch.setattr(mes_inscriptions, "PAGE_LENGTH", 4)
    candidate.get(first)
    paged = candidate.texts("//main//h2")
    while "Plus ancien" in candidate.text:
        candidate.follow("Plus ancien")
        paged += candidate.texts("//main//h2")
    assert paged == whole
    candidate.get(first)


def test_a_part_that_is_missing_is_named(
    candidate: Browser, running: InProcessFourServices
) -> None:
    with service_stopped(running.registrations):
        candidate.get(candidate.path)
    assert (
        "Le service des inscriptions ne répond pas : ce qu'il sait manque dans cette page."
        in candidate.text
    )
    assert "Inscription commencée" not in candidate.texts("//main//h2")
    assert "Fichier déposé" in candidate.text
    candidate.get(candidate.path)


def test_who_holds_a_paper_learns_by_its_qr_or_code_what_it_says(
    candidates: CandidateFactory, plain: Browser
) -> None:
    path = held_qr(candidates).partition("#")[0]
    scanned = plain.get(path)
    assert "Authentique, en vigueur" in plain.text
    for said in ("Confirmation d'inscription", "BTS 2022", "L. B.", "2001"):
        assert said in plain.text
    assert "BINET" not in plain.text
    assert scanned.headers["X-Robots-Tag"] == "noindex"
    assert scanned.headers["Referrer-Policy"] == "no-referrer"
    assert scanned.headers["Cache-Control"] == "no-store"
    plain.get("/verifier")
    plain.press("Vérifier", code=path.rpartition("/")[2].lower())
    assert "Authentique, en vigueur" in plain.text
    plain.press("Vérifier", code="ABCD-EFGH-JKLM")
    assert "Inconnu" in plain.text
    assert plain.press("Vérifier", code="ABCD").status_code == 422
    assert plain.value("code") == "ABCD"
    assert [key["crv"] for key in plain.get("/.well-known/paper-keys.json").get_json()["keys"]] == [
        "Ed25519"
    ]
