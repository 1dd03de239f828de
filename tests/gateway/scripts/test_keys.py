"""The control of pieces by keys, in a browser."""

import pytest
from playwright.sync_api import Dialog, Page
from sqlalchemy import select

from services.contracts import page_labels
from services.contracts.piece_rules import ACTIVE_CONTENT_LABELS
from services.pieces.models import AuditEntry, db
from tests.gateway.candidates import CandidateFactory
from tests.gateway.deposited_pieces import change_deposit
from tests.gateway.gestion.people import COMPLIANT, NON_COMPLIANT, depositor
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.processes import wait_until
from tests.support.scriptless_browser import ScriptlessBrowser

MILLISECONDS = 60_000


@pytest.fixture
def desk(gestionnaires_page: Page, candidates: CandidateFactory, running: InProcessFourServices) -> Page:
    return open_first_piece(gestionnaires_page, running, depositor(candidates, running, deposits=2))


def open_first_piece(page: Page, running: InProcessFourServices, candidate: ScriptlessBrowser) -> Page:
    page.goto(f"{running.url}/gestion/pieces?candidature={candidate.path.rpartition('/')[2]}")
    page.locator("tbody a").first.click()
    _wait_for_keys(page)
    return page


def _wait_for_keys(page: Page) -> None:
    page.locator("[data-raccourcis] input").wait_for()


def _decided(page: Page, status: str) -> None:
    page.get_by_text(f"Votre décision : « {status} »").wait_for(timeout=MILLISECONDS)


def test_a_refusal_by_key_asks_for_its_reason_first(desk: Page) -> None:
    first = desk.url
    desk.keyboard.press("x")
    reason, comment = desk.locator("[name=reason]"), desk.locator("[name=comment]")
    missing = desk.locator("[aria-live]").get_by_text("Choisissez un motif ou écrivez un commentaire")
    missing.wait_for()
    assert reason.evaluate("field => field === document.activeElement && field.ariaInvalid === 'true'")
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


def test_keys_decide_and_take_back_also_in_a_list_of_one_status(desk: Page, running: InProcessFourServices) -> None:
    """The filter of that status stands in the form, too."""
    candidature, first = desk.url.partition("candidature=")[2].partition("&")[0], _shown_piece(desk)
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    desk.keyboard.press("a")
    desk.get_by_text("est annulée.").wait_for(timeout=MILLISECONDS)
    assert _shown_piece(desk) == first
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    desk.goto(f"{running.url}/gestion/pieces?candidature={candidature}&statut=compliant")
    desk.locator("tbody a").first.click()
    _wait_for_keys(desk)
    assert desk.get_by_role("button", name=COMPLIANT, exact=True).get_attribute("aria-keyshortcuts") == "C"


def test_keys_go_from_piece_to_piece_and_can_be_switched_off(desk: Page) -> None:
    first = desk.url
    desk.keyboard.press("s")
    desk.wait_for_url(lambda url: url != first, timeout=MILLISECONDS)
    _wait_for_keys(desk)
    desk.keyboard.press("p")
    desk.wait_for_url(first, timeout=MILLISECONDS)
    desk.locator("[data-raccourcis] input").uncheck()
    desk.reload()
    assert not desk.locator("[data-raccourcis] input").is_checked()
    desk.keyboard.press("s")
    desk.locator("h1").click()
    assert desk.url == first


def test_the_buttons_stay_in_sight_below_all_that_is_said(desk: Page, running: InProcessFourServices) -> None:
    """What acts in the file is said, too, and also fits on a telephone."""
    change_deposit(running, _shown_piece(desk), active_contents=list(ACTIVE_CONTENT_LABELS))
    desk.set_viewport_size({"width": 1280, "height": 720})
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    desk.keyboard.press("p")
    desk.get_by_text("Statut actuel").wait_for(timeout=MILLISECONDS)
    desk.locator("[name=received_on]").fill("hier")
    desk.get_by_role("button", name=NON_COMPLIANT).click()
    desk.locator("[data-controle] .fr-alert--error").first.wait_for(timeout=MILLISECONDS)
    desk.locator("#declare > summary").click()
    for down in (0, 5000):
        desk.locator(".portail-controle__panneau").evaluate("(panel, y) => panel.scrollTo(0, y)", down)
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
        turned, its_page = picture.bounding_box(), page.bounding_box()
        assert turned
        assert its_page
        assert abs(turned["x"] - its_page["x"]) < 2
        assert abs(turned["y"] - its_page["y"]) < 2
        assert page.evaluate("page => page.scrollHeight - page.clientHeight") < 2
        desk.get_by_role("button", name="Tourner").click()


def test_the_next_picture_is_loaded_ahead_and_opened_when_shown(desk: Page, running: InProcessFourServices) -> None:
    link = desk.locator("nav a[rel=next]").get_attribute("href") or ""
    following = link.partition("?")[0].rpartition("/")[2]
    wait_until(lambda: ("deposit.loaded_ahead", following) in acts(running), 60, "the picture loaded ahead")
    assert ("deposit.opened", following) not in acts(running), "nobody has looked at it"
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    assert _shown_piece(desk) == following
    assert desk.locator("[data-pages] img").first.evaluate("image => image.complete && image.naturalWidth") > 0
    wait_until(lambda: ("deposit.opened", following) in acts(running), 60, "the opening in the trail")
    once = [act for act, piece in acts(running) if piece == following]
    assert once == ["deposit.made", "deposit.loaded_ahead", "deposit.opened"], "it is loaded once"
    assert desk.locator("h1").evaluate("title => title === document.activeElement")


def test_what_is_typed_is_left_only_if_one_says_so_and_is_sent_without_a_question(desk: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    shown, comment = desk.url, desk.locator("[name=comment]")
    comment.press_sequentially("La signature manque.")
    comment.press("Escape")
    desk.keyboard.press("s")
    wait_until(lambda: desk.evaluate("true") and bool(asked), 60, "the question")
    assert (asked, desk.url, comment.input_value()) == (["beforeunload"], shown, "La signature manque.")
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    comment.press_sequentially("Reçue.")
    comment.press("Escape")
    desk.keyboard.press("r")
    desk.get_by_text("c'était la dernière pièce de cette liste").wait_for(timeout=MILLISECONDS)
    assert len(asked) == 1


def test_a_decision_that_comes_too_late_is_told_in_its_place(desk: Page) -> None:
    shown = desk.url
    desk.locator("[name=etag]").evaluate("field => { field.value = '\"autre\"'; }")
    desk.locator("[name=comment]").fill("La signature manque.")
    desk.get_by_role("button", name=NON_COMPLIANT).click()
    desk.get_by_text("Cette pièce a changé depuis que vous l'avez lue.").wait_for(timeout=MILLISECONDS)
    assert (desk.url, desk.locator("[name=comment]").input_value()) == (shown, "La signature manque.")
    desk.locator("h1").click()
    desk.keyboard.press("c")
    _decided(desk, COMPLIANT)
    desk.go_back()
    desk.wait_for_url(shown, timeout=MILLISECONDS)
    desk.get_by_text("Statut actuel : Conforme").wait_for(timeout=MILLISECONDS)


def test_a_decision_after_the_end_of_the_session_asks_to_log_in(desk: Page) -> None:
    desk.context.clear_cookies()
    desk.keyboard.press("c")
    desk.get_by_role("button", name=page_labels.LOG_IN).wait_for(timeout=MILLISECONDS)


def _shown_piece(page: Page) -> str:
    return page.url.partition("?")[0].rpartition("/")[2]


def acts(running: InProcessFourServices) -> list[tuple[str, str]]:
    """What the trail of pieces says: the act and the piece."""
    with running.pieces.app.app_context(), db.reading() as session:
        return [(entry.action, entry.subject) for entry in session.scalars(select(AuditEntry))]
