"""A large selection decided in a browser: in parts, with progress, a stop, and what to do about what failed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from gateway.web.gestion import pieces
from tests.gateway.candidates import CandidateFactory
from tests.gateway.deposited_pieces import add_pieces_to_control
from tests.gateway.gestion.people import RECEIVED, StaffBrowser, StaffFactory, depositor
from tests.support.in_process_four_services import InProcessFourServices

MILLISECONDS = 60_000
POSTED_PIECES, REST = 5, 2
PIECES = 2 * POSTED_PIECES + REST  # three parts
DECISIONS = "**/gestion/pieces/decisions"


@pytest.fixture
def selection(
    gestionnaires_page: Page,
    gestionnaire: StaffBrowser,
    candidates: CandidateFactory,
    running: InProcessFourServices,
    monkeypatch: pytest.MonkeyPatch,
) -> Page:
    """A gestionnaire who has selected a list of PIECES pieces, to be posted POSTED_PIECES at a time, and typed a
    code."""
    monkeypatch.setattr(pieces, "POSTED_PIECES", POSTED_PIECES)
    candidature = depositor(candidates, running).path.rpartition("/")[2]
    add_pieces_to_control(running, candidature, PIECES - 1)
    gestionnaires_page.goto(f"{running.url}/gestion/pieces?candidature={candidature}")
    gestionnaires_page.get_by_role("link", name="Sélectionner toute cette liste").click()
    expect(gestionnaires_page.get_by_text(f"{PIECES} pièces sélectionnées")).to_be_visible(timeout=MILLISECONDS)
    gestionnaires_page.wait_for_load_state()  # until its scripts run, the selection is sent whole
    gestionnaires_page.locator("[name=second_facteur]").fill(gestionnaire.code())
    return gestionnaires_page


def press(page: Page) -> None:
    page.get_by_role("button", name=RECEIVED, exact=True).click()


def reads(page: Page, *words: str) -> None:
    report = page.locator("[data-bilan]")
    for sentence in words:
        expect(report).to_contain_text(sentence, timeout=MILLISECONDS)


def on_parts(page: Page, numbers: tuple[int, ...], act: Callable[[Route], None]) -> list[int]:
    """What happens to the posts of these parts; the pieces of each post so far."""
    posts: list[int] = []

    def handle(route: Route) -> None:
        posts.append((route.request.post_data or "").count("selection="))
        if len(posts) in numbers:
            act(route)
        else:
            route.continue_()

    page.route(DECISIONS, handle)
    return posts


def test_after_a_mistake_all_stays_and_is_then_decided_in_parts_with_progress_in_words(selection: Page) -> None:
    received_on = selection.locator("[name=received_on]")
    received_on.fill("hier")
    posts = on_parts(selection, (), Route.continue_)
    press(selection)
    reads(
        selection, "Aucune décision n'a été enregistrée.", "Une date est attendue", f"{PIECES} pièces à décider encore"
    )
    assert posts == [POSTED_PIECES], "the first part alone was sent"
    assert received_on.input_value() == "hier"
    selection.unroute(DECISIONS)

    received_on.fill("05/10/2021")
    waiting: list[Route] = []
    posts = on_parts(selection, (3,), waiting.append)
    press(selection)
    expect(selection.locator("[data-nombre]")).to_have_text(f"{2 * POSTED_PIECES} sur {PIECES}", timeout=MILLISECONDS)
    assert selection.locator("progress").evaluate("bar => [bar.value, bar.max]") == [2 * POSTED_PIECES, PIECES]
    waiting[0].continue_()
    reads(selection, f"{PIECES} pièces sont maintenant « {RECEIVED} ».")
    assert posts == [POSTED_PIECES, POSTED_PIECES, REST]
    assert selection.locator("[name=selection]:checked").count() == 0
    assert set(selection.locator("[data-statut]").all_inner_texts()) == {RECEIVED}
    press(selection)
    reads(selection, "Aucune pièce n'est sélectionnée.")
    assert received_on.input_value() == "05/10/2021"


def test_a_decision_before_that_on_the_selection_stands(selection: Page, gestionnaire: StaffBrowser) -> None:
    whole_list, offered = selection.url, selection.locator("[data-annulation]")
    selection.locator("tbody a").first.click()
    press(selection)
    offered.wait_for(timeout=MILLISECONDS)
    selection.goto(whole_list)
    assert offered.count() == 1
    selection.locator("[name=second_facteur]").fill(gestionnaire.code())
    press(selection)
    reads(selection, f"{PIECES - 1} pièces sont maintenant « {RECEIVED} ».")
    assert offered.count() == 0


def test_a_part_that_fails_stops_no_other_and_is_gone_on_with(selection: Page) -> None:
    posts = on_parts(selection, (2,), lambda route: route.abort())
    press(selection)
    reads(
        selection,
        f"{POSTED_PIECES + REST} pièces sont maintenant « {RECEIVED} ».",
        f"{POSTED_PIECES} pièces à décider encore",
    )
    assert posts == [POSTED_PIECES, POSTED_PIECES, REST]
    selection.unroute(DECISIONS)
    with selection.expect_navigation():
        press(selection)
    expect(selection.get_by_text(f"{POSTED_PIECES} pièces sont maintenant « {RECEIVED} ».")).to_be_visible(
        timeout=MILLISECONDS
    )


def test_a_selection_can_be_stopped(selection: Page) -> None:
    waiting: list[Route] = []
    posts = on_parts(selection, (2,), waiting.append)
    press(selection)
    expect(selection.locator("[data-nombre]")).to_have_text(f"{POSTED_PIECES} sur {PIECES}", timeout=MILLISECONDS)
    selection.get_by_role("button", name="Arrêter").click()
    waiting[0].continue_()
    reads(selection, f"{2 * POSTED_PIECES} pièces sont maintenant « {RECEIVED} ».", f"{REST} pièces à décider encore")
    assert posts == [POSTED_PIECES] * 2
    assert selection.locator("[name=selection]:checked").count() == REST


def test_what_a_colleague_decided_meanwhile_is_reported_with_its_reason(selection: Page, staff: StaffFactory) -> None:
    colleague = staff.logged_in("03")
    value = selection.locator("[name=selection]:checked").nth(POSTED_PIECES + 3).get_attribute("value") or ""
    colleague.post("/gestion/pieces/decisions", [("decision", "compliant"), ("selection", value)])
    press(selection)
    reads(selection, f"{PIECES - 1} pièces sont maintenant « {RECEIVED} ».", "1 pièce sans décision")
    expect(selection.locator("[data-refus]")).to_contain_text("Son statut est « Conforme ».")
