"""What pages say while the copies of pieces and of documents are behind registrations: their workers
have not done yet what follows a save, a modification, a withdrawal."""

import pytest

from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import StaffBrowser
from tests.gateway.portals import four_services
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped

running = four_services("module")
EXAM = "BREVET DE TECHNICIEN SUPERIEUR"
NO_PIECE = "Aucune pièce ne vous est demandée."
NO_DOCUMENT = "Vous n'avez pas encore de document."
LIST_TO_COME = "La liste des pièces à fournir est en préparation"
DOCUMENTS_TO_COME = "Vos documents sont en cours de préparation."
SILENT = "Le service des inscriptions ne répond pas pour le moment : il peut manquer"


@pytest.fixture
def saved(candidates: CandidateFactory) -> Browser:
    """Who has just saved a candidature that neither copy has."""
    return candidates.log_in_registered()


@pytest.fixture
def modified(saved: Browser, running: InProcessFourServices) -> Browser:
    """Who has just saved a second version; the copies have the first one."""
    running.deliver()
    modify(saved)
    return saved


@pytest.fixture
def withdrawn(saved: Browser, running: InProcessFourServices) -> Browser:
    """Who has just withdrawn a candidature that the copies show."""
    running.deliver()
    withdraw(saved)
    return saved


def modify(browser: Browser) -> None:
    browser.get(browser.candidature_page())
    browser.press("Modifier")
    browser.press("2 - Identification")
    browser.press("8 - Récapitulatif", telephone_mobile="06 12 34 56 78")
    browser.press("Suivant")
    browser.press("Enregistrer")
    assert "Version 02" in browser.text


def withdraw(browser: Browser) -> None:
    browser.get(f"{browser.candidature_page()}/desinscription")
    browser.press("Se désinscrire")


def candidature_of(browser: Browser) -> str:
    return browser.candidature_page().rpartition("/")[2]


def printed(browser: Browser) -> bytes:
    """What « Visualiser/Imprimer » of this page gives."""
    [link] = browser.page.xpath("//main//a[contains(@href, '/confirmation')]/@href")
    return browser.get(str(link)).data


@pytest.mark.parametrize("menu", ["/justificatifs", "/documents"])
def test_what_was_just_saved_is_in_the_choice_and_can_be_printed(saved: Browser, menu: str) -> None:
    saved.get(menu)
    assert NO_PIECE not in saved.text
    assert NO_DOCUMENT not in saved.text
    saved.shows(EXAM, "En préparation")
    saved.follow(EXAM)
    assert saved.answer.status_code == 200
    assert printed(saved).startswith(b"%PDF-")


def test_the_pages_of_what_was_just_saved_say_that_they_are_in_preparation(saved: Browser) -> None:
    candidature = candidature_of(saved)
    saved.get(f"/justificatifs/{candidature}")
    saved.shows(EXAM, LIST_TO_COME)
    assert "Aucune pièce" not in saved.text
    saved.get(f"/documents/{candidature}")
    saved.shows(EXAM, DOCUMENTS_TO_COME)


def test_all_is_as_always_once_the_copies_have_it(
    saved: Browser, running: InProcessFourServices
) -> None:
    running.deliver()
    for menu in ("/justificatifs", "/documents"):
        saved.get(menu)
        assert saved.texts("//main//h2") == [EXAM]
        saved.follow(EXAM)
        assert "préparation" not in saved.text


def test_the_paper_of_an_older_version_says_that_a_newer_one_is_on_its_way(
    modified: Browser,
) -> None:
    modified.get("/documents")
    modified.shows("En préparation")
    modified.follow(EXAM)
    modified.shows("Les documents de la version 2 sont en préparation.")
    papers = modified.texts("//main//li/h2")
    assert [
        paper for paper in papers if "Remplacé par la version 2, en préparation" in paper
    ] == papers
    assert printed(modified).startswith(b"%PDF-")


def test_the_paper_says_so_until_that_version_s_own_is_made(
    modified: Browser, running: InProcessFourServices
) -> None:
    """Documents has heard of the version, and makes the papers later."""
    running.deliver_events()
    modified.get(f"/documents/{candidature_of(modified)}")
    modified.shows("Les documents de la version 2 sont en préparation.")
    printed(modified)  # which makes that one paper
    modified.get(f"/documents/{candidature_of(modified)}")
    marks = {paper.partition(" ")[0]: paper for paper in modified.texts("//main//li/h2")}
    assert "Remplacé par la version 2, en préparation" in marks["Demande"]
    running.deliver()
    modified.get(f"/documents/{candidature_of(modified)}")
    assert "préparation" not in modified.text
    modified.shows("Remplacé par la version 2")


def test_the_pieces_of_an_older_version_say_that_a_newer_list_is_on_its_way(
    modified: Browser, running: InProcessFourServices
) -> None:
    modified.get("/justificatifs")
    modified.shows("En préparation")
    modified.follow(EXAM)
    modified.shows(
        "La liste des pièces à fournir est en préparation pour la version 2 de votre candidature.",
        "NATIDE06",
    )
    running.deliver()
    modified.get(modified.path)
    assert "préparation" not in modified.text


def test_the_home_page_counts_no_pieces_of_a_list_that_is_in_preparation(modified: Browser) -> None:
    for path in ("/", modified.candidature_page()):
        modified.get(path)
        modified.shows(LIST_TO_COME)
        assert "pièces à déposer" not in modified.text


def test_what_was_withdrawn_is_not_shown_as_live(withdrawn: Browser) -> None:
    withdrawn.get("/")
    assert "pièces à déposer" not in withdrawn.text
    withdrawn.shows("Vous vous êtes désinscrit")
    withdrawn.get("/justificatifs")
    withdrawn.shows(NO_PIECE)
    withdrawn.get("/documents")
    withdrawn.shows(NO_DOCUMENT)


def test_the_pages_of_what_was_withdrawn_are_not_found(
    saved: Browser, running: InProcessFourServices
) -> None:
    running.deliver()
    candidature = candidature_of(saved)
    withdraw(saved)
    for page in ("justificatifs", "documents"):
        assert saved.get(f"/{page}/{candidature}").status_code == 404, page


def test_what_was_restored_is_in_preparation(
    withdrawn: Browser, running: InProcessFourServices
) -> None:
    running.deliver()
    withdrawn.get("/inscriptions")
    withdrawn.press("Annuler ma désinscription")
    for menu in ("/justificatifs", "/documents"):
        withdrawn.get(menu)
        withdrawn.shows(EXAM, "En préparation")


def test_a_candidature_of_a_closed_session_is_shown_as_its_copies_have_it(
    saved: Browser, running: InProcessFourServices
) -> None:
    """Registrations lists it no more."""
    running.deliver()
    running.advance_clock(days=800)
    saved.get("/inscriptions")
    assert EXAM not in saved.text
    for menu in ("/justificatifs", "/documents"):
        saved.get(menu)
        saved.shows(EXAM)
        assert "préparation" not in saved.text
        saved.follow(EXAM)
        assert saved.answer.status_code == 200
        assert "préparation" not in saved.text


def test_who_has_no_candidature_is_told_so(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    browser.get("/justificatifs")
    browser.shows(NO_PIECE)
    browser.get("/documents")
    browser.shows(NO_DOCUMENT)


def test_without_registrations_copies_are_shown_and_nobody_is_told_that_there_is_nothing(
    saved: Browser, running: InProcessFourServices
) -> None:
    with service_stopped(running.registrations):
        for menu in ("/justificatifs", "/documents"):
            saved.get(menu)
            saved.shows(SILENT)
            assert NO_PIECE not in saved.text
            assert NO_DOCUMENT not in saved.text
    running.deliver()
    with service_stopped(running.registrations):
        for menu in ("/justificatifs", "/documents"):
            saved.get(menu)
            saved.shows(SILENT, EXAM)
            saved.follow(EXAM)
            assert saved.answer.status_code == 200


def test_staff_read_that_the_documents_of_what_was_saved_are_in_preparation(
    saved: Browser, gestionnaire: StaffBrowser, running: InProcessFourServices
) -> None:
    page = f"/gestion/candidatures/{candidature_of(saved)}"
    gestionnaire.get(page)
    gestionnaire.shows("Les documents de la version 1 sont en préparation.")
    assert "Aucun document" not in gestionnaire.text
    gestionnaire.follow("Ses pièces justificatives")
    gestionnaire.shows("celles d'une candidature qui vient d'être enregistrée sont en préparation")
    running.deliver()
    gestionnaire.get(page)
    assert "en préparation" not in gestionnaire.text
    modify(saved)
    gestionnaire.get(page)
    gestionnaire.shows("Les documents de la version 2 sont en préparation.")
