"""What is typed into a tab is saved as it is typed, in Chromium: with a cut line, a dead session, a second window."""

import re

import pytest
from playwright.sync_api import Dialog, Route, expect

from services.contracts import page_labels
from tests.gateway.candidates import CandidateFactory
from tests.gateway.scripts.typist import CANDIDATURE, ENDED, IDENTIFICATION, NOT_SAVED, OFFLINE, SAVED, Typist
from tests.support.accessibility import violations
from tests.support.in_process_portal import InProcessPortal, service_stopped


def cut(route: Route) -> None:
    route.abort("internetdisconnected")


def test_what_is_typed_is_saved_which_the_page_says_and_nothing_is_sent_where_nothing_changes(typist: Typist) -> None:
    typist.field("adresse").press_sequentially("1 rue du port")
    typist.reads(SAVED)
    expect(typist.page.locator("#saisie [role=status]")).to_have_text(SAVED)
    typist.holds("adresse", "1 rue du port")
    assert violations(typist.page) == []
    sent, field = typist.saves, typist.field("adresse")
    field.press("End")
    field.press("x")
    field.press("Backspace")
    field.dispatch_event("change")
    with typist.page.expect_request(lambda request: request.url.endswith("/saisie")):
        typist.field("complement_1").fill("Bâtiment B")
    assert typist.saves == sent + 1


def test_a_button_pressed_while_saving_goes_on_with_the_newest_revision(typist: Typist) -> None:
    held: list[Route] = []
    typist.page.route("**/saisie", lambda route: held.append(route), times=1)
    with typist.page.expect_request("**/saisie"):
        typist.field("adresse").fill("1 rue du port")
    typist.field("complement_1").fill("Bâtiment B")
    typist.page.get_by_role("button", name="Précédent", exact=True).click()
    held.pop().continue_()
    typist.page.get_by_role("heading", level=1, name="Candidatures précédentes").wait_for()
    typist.holds("complement_1", "Bâtiment B")


@pytest.mark.parametrize("way", [page_labels.DOCUMENTS, "Quitter"])
def test_leaving_the_page_saves_first(typist: Typist, way: str) -> None:
    typist.field("adresse").fill("1 rue du port")
    typist.page.get_by_role("link", name=way, exact=True).or_(
        typist.page.get_by_role("button", name=way, exact=True)
    ).first.click()
    typist.page.wait_for_url(lambda url: not url.startswith(typist.draft))
    typist.holds("adresse", "1 rue du port")


def test_a_window_that_is_closed_at_once_has_sent_what_was_typed(typist: Typist) -> None:
    typist.field("adresse").fill("1 rue du port")
    page = typist.page.context.new_page()
    typist.page.close(run_before_unload=True)

    def there() -> bool:
        typist.opens(IDENTIFICATION, page)
        return typist.field("adresse", page).input_value() == "1 rue du port"

    assert any(there() for _ in range(30)), "what was typed did not arrive"


def test_while_the_line_is_cut_the_page_says_so_and_saves_when_it_is_back(typist: Typist) -> None:
    typist.page.context.set_offline(True)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(OFFLINE)
    expect(typist.page.locator("#saisie [role=status]")).to_have_text(OFFLINE)
    assert violations(typist.page) == []
    typist.field("complement_1").fill("Bâtiment B")
    typist.page.get_by_role("button", name="Précédent", exact=True).click()
    expect(typist.field("complement_1")).to_have_value("Bâtiment B")
    typist.page.context.set_offline(False)
    typist.page.get_by_role("heading", level=1, name="Candidatures précédentes").wait_for()
    typist.holds("complement_1", "Bâtiment B")


@pytest.mark.parametrize("away", ["gateway", "registrations"])
def test_while_the_portal_or_its_service_is_away_the_page_tries_again_until_it_is_back(
    typist: Typist, running: InProcessPortal, away: str
) -> None:
    """Takes as long as the page waits before its second try."""
    with service_stopped(getattr(running, away)):
        typist.field("adresse").fill("1 rue du port")
        typist.reads(NOT_SAVED)
        typist.field("complement_1").fill("Bâtiment B")
    typist.reads(SAVED)
    typist.holds("complement_1", "Bâtiment B")


def test_where_requests_of_scripts_are_blocked_a_second_press_goes_on_after_a_warning(typist: Typist) -> None:
    warnings: list[str] = []

    def accept(dialog: Dialog) -> None:
        warnings.append(dialog.type)
        dialog.accept()

    typist.page.on("dialog", accept)
    typist.page.route("**/saisie", cut)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(NOT_SAVED)
    button = typist.page.get_by_role("button", name="Précédent", exact=True)
    with typist.page.expect_event("requestfailed"):
        button.click()
    assert warnings == [], "a first press waits"
    button.click()
    typist.page.get_by_role("heading", level=1, name="Candidatures précédentes").wait_for()
    assert warnings == ["beforeunload"]
    typist.holds("adresse", "1 rue du port")


def test_an_answer_that_was_lost_contradicts_nobody(typist: Typist) -> None:
    def answer_is_lost(route: Route) -> None:
        route.fetch()
        cut(route)

    typist.page.route("**/saisie", answer_is_lost, times=1)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(NOT_SAVED)
    typist.field("adresse").fill("12 rue du port")
    typist.reads(SAVED)
    typist.holds("adresse", "12 rue du port")


def test_two_windows_are_told_at_the_first_difference_and_nothing_is_replaced(typist: Typist) -> None:
    other = typist.page.context.new_page()
    typist.opens(IDENTIFICATION, other)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(SAVED)
    typist.field("adresse", other).fill("2 rue du lac")
    typist.reads(re.compile("Ce dossier a été modifié dans une autre fenêtre"), other)
    assert violations(other) == []
    typist.holds("adresse", "1 rue du port")
    other.get_by_role("button", name="Choisir le texte à garder").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Ce brouillon a été modifié ailleurs")
    expect(other.locator("main")).to_contain_text("1 rue du port")
    expect(other.locator("main")).to_contain_text("2 rue du lac")


def test_a_window_whose_draft_was_saved_leads_to_the_candidature(typist: Typist, candidates: CandidateFactory) -> None:
    candidates.register(typist.email)
    typist.field("adresse").fill("2 rue du lac")
    typist.reads(re.compile("Votre candidature est enregistrée"))
    expect(typist.page.locator("main")).not_to_contain_text("non transmis", ignore_case=True)
    typist.page.get_by_role("button", name="Continuer", exact=True).click()
    expect(typist.page.get_by_role("heading", level=1)).to_have_text("Ce dossier a déjà été enregistré")
    expect(typist.page.locator("main")).to_contain_text("2 rue du lac")
    typist.page.get_by_role("link", name="Voir ma candidature").click()
    expect(typist.page.get_by_role("heading", level=1)).to_have_text("Récapitulatif")


def test_a_window_on_another_tab_is_no_difference(typist: Typist) -> None:
    other = typist.page.context.new_page()
    typist.opens(CANDIDATURE, other)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(SAVED)
    with other.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
        typist.field("etablissement-texte", other).fill("Pasteur")
    typist.reads(SAVED, other)


def test_typing_goes_on_once_another_window_has_logged_in_again(typist: Typist) -> None:
    other = typist.page.context.new_page()
    other.goto(f"{typist.url}/")
    other.get_by_role("button", name=page_labels.LOG_OUT).click()
    expect(other.get_by_role("link", name=page_labels.LOG_IN).first).to_be_visible()
    typist.page.bring_to_front()
    typist.field("adresse").fill("1 rue du port")
    typist.reads(re.compile(ENDED))
    assert violations(typist.page) == []
    typist.logs_in(other)
    typist.reads(SAVED)
    typist.holds("adresse", "1 rue du port")


def test_after_the_session_has_ended_the_page_leads_to_the_log_in_and_back(typist: Typist) -> None:
    typist.page.context.clear_cookies()
    typist.field("adresse").fill("1 rue du port")
    typist.reads(re.compile(ENDED))
    typist.page.get_by_role("button", name="M'identifier").click()
    typist.identifies(typist.page)
    typist.page.get_by_role("button", name="Reprendre ma saisie").click()
    expect(typist.field("adresse")).to_have_value("1 rue du port")
    typist.holds("adresse", "1 rue du port")
