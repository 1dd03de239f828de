"""The control of pieces in a browser: by keys, and a large selection in parts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, Route, expect
from sqlalchemy import select

from gateway.web.gestion import pieces
from services.contracts import page_labels
from services.contracts.piece_rules import ACTIVE_CONTENT_LABELS
from services.pieces.models import AuditEntry, db
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion import people
from tests.gateway.gestion.people import (
    COMPLIANT,
    NON_COMPLIANT,
    RECEIVED,
    StaffBrowser,
    StaffFactory,
)
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.processes import wait_until

POSTED_PIECES = 5
REST = 2
PIECES = 2 * POSTED_PIECES + REST  # three parts
DECISIONS = "**/gestion/pieces/decisions"


@pytest.fixture
def desk(
    gestionnaires_page: Page, candidates: CandidateFactory, running: InProcessFourServices
) -> Page:
    candidate = people.depositor(candidates, running, deposits=2)
    gestionnaires_page.goto(f"{running.url}/gestion/pieces?candidature={candidate.shown_id}")
    gestionnaires_page.locator("tbody a").first.click()
    _wait_for_keys(gestionnaires_page)
    return gestionnaires_page


def _wait_for_keys(page: Page) -> None:
    page.locator("[data-raccourcis] input").wait_for()


def _decided(page: Page, status: str) -> None:
    page.get_by_text(f"Votre décision : « {status} »").wait_for()


def test_a_refusal_by_key_asks_for_its_reason_first(desk: Page) -> None:
    first = desk.url
    desk.keyboard.press("x")
    reason = desk.locator("[name=reason]")
    comment = desk.locator("[name=comment]")
    missing = desk.locator("[aria-live]").get_by_text(
        "Choisissez un motif ou écrivez un commentaire"
    )
    missing.wait_for()
    assert reason.evaluate(
        "field => field === document.activeElement && field.ariaInvalid === 'true'"
    )
    desk.keyboard.press("Escape")
    assert desk.evaluate("document.activeElement === document.body")
    comment.focus()
    desk.keyboard.type("Illisible, à numériser de nouveau.")
    assert desk.url == first, "letters typed in a field are no keys"
    assert (missing.count(), reason.get_attribute("aria-invalid")) == (0, None)
    desk.keyboard.press("Escape")
    assert desk.evaluate("document.activeElement === document.body")
    desk.keyboard.press("x")
    _decided(desk, NON_COMPLIANT)


def test_in_the_list_of_reasons_a_digit_chooses_and_a_key_refuses(desk: Page) -> None:
    desk.keyboard.press("x")
    desk.keyboard.press("2")
    reason = desk.locator("[name=reason]")
    assert reason.input_value() == reason.locator("option").nth(2).get_attribute("value")
    assert reason.get_attribute("aria-invalid") is None
    desk.keyboard.press("x")
    _decided(desk, NON_COMPLIANT)


def test_keys_decide_and_take_back_also_in_a_list_of_one_status(
    desk: Page, running: InProcessFourServices
) -> None:
    """The filter of that status stands in the form, too."""
    candidature = desk.url.partition("candidature=")[2].partition("&")[0]
    first = _shown_piece(desk)
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    desk.keyboard.press("a")
    desk.get_by_text("est annulée.").wait_for()
    assert _shown_piece(desk) == first
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    desk.goto(f"{running.url}/gestion/pieces?candidature={candidature}&statut=compliant")
    desk.locator("tbody a").first.click()
    _wait_for_keys(desk)
    assert (
        desk.get_by_role("button", name=COMPLIANT, exact=True).get_attribute("aria-keyshortcuts")
        == "C"
    )


def test_keys_go_from_piece_to_piece_and_can_be_switched_off(desk: Page) -> None:
    first = desk.url
    desk.keyboard.press("s")
    desk.wait_for_url(lambda url: url != first)
    _wait_for_keys(desk)
    desk.keyboard.press("p")
    desk.wait_for_url(first)
    desk.locator("[data-raccourcis] input").uncheck()
    desk.reload()
    assert not desk.locator("[data-raccourcis] input").is_checked()
    desk.keyboard.press("s")
    desk.locator("h1").click()
    assert desk.url == first


def test_the_buttons_stay_in_sight_below_all_that_is_said(
    desk: Page, running: InProcessFourServices
) -> None:
    """What acts in the file is said, too, and also fits on a telephone."""
    people.change_deposit(running, _shown_piece(desk), active_contents=list(ACTIVE_CONTENT_LABELS))
    desk.set_viewport_size({"width": 1280, "height": 720})
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    desk.keyboard.press("p")
    desk.get_by_text("Statut actuel").wait_for()
    desk.locator("[name=received_on]").fill("hier")
    desk.get_by_role("button", name=NON_COMPLIANT).click()
    desk.locator("[data-controle] .fr-alert--error").first.wait_for()
    desk.locator("#declare > summary").click()
    for down in (0, 5000):
        desk.locator(".portail-controle__panneau").evaluate(
            "(panel, y) => panel.scrollTo(0, y)", down
        )
        for button in desk.locator("[data-decision] button").all():
            box = button.bounding_box()
            assert box
            assert 0 <= box["y"] <= 720 - box["height"]
    desk.set_viewport_size({"width": 360, "height": 740})
    for said in ("Ce fichier contient : du code JavaScript", "Fichier d'origine"):
        place = desk.get_by_text(said).first.bounding_box()
        assert place
        assert place["x"] + place["width"] <= 360
    assert desk.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_page_is_magnified_and_turned(desk: Page) -> None:
    picture = desk.locator("[data-pages] img").first
    width = picture.evaluate("image => image.offsetWidth")
    desk.get_by_role("button", name="Agrandir").click()
    assert picture.evaluate("image => image.offsetWidth") > width
    desk.get_by_role("button", name="Tourner").click()
    assert "rotate(90deg)" in picture.evaluate("image => image.style.transform")
    page = picture.locator("xpath=ancestor::li")
    for _ in ("right", "upside down", "left"):
        turned = picture.bounding_box()
        its_page = page.bounding_box()
        assert turned
        assert its_page
        assert abs(turned["x"] - its_page["x"]) < 2
        assert abs(turned["y"] - its_page["y"]) < 2
        assert page.evaluate("page => page.scrollHeight - page.clientHeight") < 2
        desk.get_by_role("button", name="Tourner").click()


def test_the_next_picture_is_loaded_ahead_and_opened_when_shown(
    desk: Page, running: InProcessFourServices
) -> None:
    link = desk.locator("nav a[rel=next]").get_attribute("href") or ""
    following = link.partition("?")[0].rpartition("/")[2]
    wait_until(
        lambda: ("deposit.loaded_ahead", following) in acts(running), 60, "the picture loaded ahead"
    )
    assert ("deposit.opened", following) not in acts(running), "nobody has looked at it"
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    assert _shown_piece(desk) == following
    assert (
        desk.locator("[data-pages] img").first.evaluate(
            "image => image.complete && image.naturalWidth"
        )
        > 0
    )
    wait_until(
        lambda: ("deposit.opened", following) in acts(running), 60, "the opening in the trail"
    )
    once = [act for act, piece in acts(running) if piece == following]
    assert once == ["deposit.made", "deposit.loaded_ahead", "deposit.opened"], "it is loaded once"
    assert desk.locator("h1").evaluate("title => title === document.activeElement")


def test_what_is_typed_is_left_only_if_one_says_so_and_is_sent_without_a_question(
    desk: Page,
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    shown = desk.url
    comment = desk.locator("[name=comment]")
    comment.press_sequentially("La signature manque.")
    comment.press("Escape")
    desk.keyboard.press("s")
    wait_until(lambda: desk.evaluate("true") and bool(asked), 60, "the question")
    assert (asked, desk.url, comment.input_value()) == (
        ["beforeunload"],
        shown,
        "La signature manque.",
    )
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    comment.press_sequentially("Reçue.")
    comment.press("Escape")
    desk.keyboard.press("r")
    desk.get_by_text("c'était la dernière pièce de cette liste").wait_for()
    assert len(asked) == 1


def test_a_decision_that_comes_too_late_is_told_in_its_place(desk: Page) -> None:
    shown = desk.url
    desk.locator("[name=etag]").evaluate("field => { field.value = '\"autre\"'; }")
    desk.locator("[name=comment]").fill("La signature manque.")
    desk.get_by_role("button", name=NON_COMPLIANT).click()
    desk.get_by_text("Cette pièce a changé depuis que vous l'avez lue.").wait_for()
    assert (desk.url, desk.locator("[name=comment]").input_value()) == (
        shown,
        "La signature manque.",
    )
    desk.locator("h1").click()
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    desk.go_back()
    desk.wait_for_url(shown)
    desk.get_by_text("Statut actuel : Conforme").wait_for()


def test_a_decision_after_the_end_of_the_session_asks_to_log_in(desk: Page) -> None:
    desk.context.clear_cookies()
    desk.keyboard.press("c")
    desk.get_by_role("button", name=page_labels.LOG_IN).wait_for()


def _shown_piece(page: Page) -> str:
    return page.url.partition("?")[0].rpartition("/")[2]


def acts(running: InProcessFourServices) -> list[tuple[str, str]]:
    """What the trail of pieces says: the act and the piece."""
    with running.pieces.app.app_context(), db.reading() as transaction:
        return [(entry.action, entry.subject) for entry in transaction.scalars(select(AuditEntry))]


@pytest.fixture
def selection(
    gestionnaires_page: Page,
    gestionnaire: StaffBrowser,
    candidates: CandidateFactory,
    running: InProcessFourServices,
    monkeypatch: pytest.MonkeyPatch,
) -> Page:
    """A gestionnaire who has selected a list of PIECES pieces, to be posted POSTED_PIECES at a
    time, and typed a code."""
    monkeypatch.setattr(pieces, "POSTED_PIECES", POSTED_PIECES)
    candidature = people.depositor(candidates, running).shown_id
    people.add_pieces_to_control(running, candidature, PIECES - 1)
    gestionnaires_page.goto(f"{running.url}/gestion/pieces?candidature={candidature}")
    gestionnaires_page.get_by_role("link", name="Sélectionner toute cette liste").click()
    expect(gestionnaires_page.get_by_text(f"{PIECES} pièces sélectionnées")).to_be_visible()
    gestionnaires_page.wait_for_load_state()  # until its scripts run, the selection is sent whole
    gestionnaires_page.locator("[name=second_facteur]").fill(gestionnaire.code())
    return gestionnaires_page


def press(page: Page) -> None:
    page.get_by_role("button", name=RECEIVED, exact=True).click()


def reads(page: Page, *words: str) -> None:
    report = page.locator("[data-bilan]")
    for sentence in words:
        expect(report).to_contain_text(sentence)


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


def test_after_a_mistake_all_stays_and_is_then_decided_in_parts_with_progress_in_words(
    selection: Page,
) -> None:
    received_on = selection.locator("[name=received_on]")
    received_on.fill("hier")
    posts = on_parts(selection, (), Route.continue_)
    press(selection)
    reads(
        selection,
        "Aucune décision n'a été enregistrée.",
        "Une date est attendue",
        f"{PIECES} pièces à décider encore",
    )
    assert posts == [POSTED_PIECES], "the first part alone was sent"
    assert received_on.input_value() == "hier"
    selection.unroute(DECISIONS)

    received_on.fill("05/10/2021")
    waiting: list[Route] = []
    posts = on_parts(selection, (3,), waiting.append)
    press(selection)
    expect(selection.locator("[data-nombre]")).to_have_text(f"{2 * POSTED_PIECES} sur {PIECES}")
    assert selection.locator("progress").evaluate("bar => [bar.value, bar.max]") == [
        2 * POSTED_PIECES,
        PIECES,
    ]
    waiting[0].continue_()
    reads(selection, f"{PIECES} pièces sont maintenant « {RECEIVED} ».")
    assert posts == [POSTED_PIECES, POSTED_PIECES, REST]
    assert selection.locator("[name=selection]:checked").count() == 0
    assert set(selection.locator("[data-statut]").all_inner_texts()) == {RECEIVED}
    press(selection)
    reads(selection, "Aucune pièce n'est sélectionnée.")
    assert received_on.input_value() == "05/10/2021"


def test_a_decision_before_that_on_the_selection_stands(
    selection: Page, gestionnaire: StaffBrowser
) -> None:
    whole_list = selection.url
    offered = selection.locator("[data-annulation]")
    selection.locator("tbody a").first.click()
    press(selection)
    offered.wait_for()
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
    expect(
        selection.get_by_text(f"{POSTED_PIECES} pièces sont maintenant « {RECEIVED} ».")
    ).to_be_visible()


def test_a_selection_can_be_stopped(selection: Page) -> None:
    waiting: list[Route] = []
    posts = on_parts(selection, (2,), waiting.append)
    press(selection)
    expect(selection.locator("[data-nombre]")).to_have_text(f"{POSTED_PIECES} sur {PIECES}")
    selection.get_by_role("button", name="Arrêter").click()
    waiting[0].continue_()
    reads(
        selection,
        f"{2 * POSTED_PIECES} pièces sont maintenant « {RECEIVED} ».",
        f"{REST} pièces à décider encore",
    )
    assert posts == [POSTED_PIECES] * 2
    assert selection.locator("[name=selection]:checked").count() == REST


def test_what_a_colleague_decided_meanwhile_is_reported_with_its_reason(
    selection: Page, staff: StaffFactory
) -> None:
    colleague = staff.logged_in("03")
    value = (
        selection.locator("[name=selection]:checked").nth(POSTED_PIECES + 3).get_attribute("value")
        or ""
    )
    colleague.post("/gestion/pieces/decisions", [("decision", "compliant"), ("selection", value)])
    press(selection)
    reads(
        selection, f"{PIECES - 1} pièces sont maintenant « {RECEIVED} ».", "1 pièce sans décision"
    )
    expect(selection.locator("[data-refus]")).to_contain_text("Son statut est « Conforme ».")
