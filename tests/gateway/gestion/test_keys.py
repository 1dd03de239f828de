"""The control of pieces by keys, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from gateway.cookies import STAFF_SESSION_COOKIE, cookie_name
from services.contracts import page_labels
from services.contracts.page_sizes import USUAL_PAGE
from services.pieces.models import AuditEntry, db
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.copied_pieces import add_pieces_to_control
from tests.gateway.gestion.people import NON_COMPLIANT, StaffFactory, deposit, depositor
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.processes import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

MILLISECONDS = 60_000


@pytest.fixture
def desk(page: Page, staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices) -> Page:
    """A gestionnaire at the first of two pieces of a candidate."""
    candidature = depositor(candidates, running, deposits=2).path.rpartition("/")[2]
    return open_first_piece(page, staff, running, candidature)


def open_first_piece(page: Page, staff: StaffFactory, running: InProcessFourServices, candidature: str) -> Page:
    """A gestionnaire of Besançon at the first of the candidature's pieces that are to control."""
    name = cookie_name(running.gateway.app.extensions["portail"], STAFF_SESSION_COOKIE)
    session = staff.logged_in("03").cookie(name)
    page.context.add_cookies([{"name": name, "value": session or "", "url": running.url}])
    page.goto(f"{running.url}/gestion/pieces?candidature={candidature}")
    page.locator("tbody a").first.click()
    page.locator("[data-raccourcis] input").wait_for()
    return page


def test_each_piece_takes_one_key(desk: Page) -> None:
    desk.keyboard.press("c")
    desk.get_by_text("La pièce précédente est « Conforme ».").wait_for(timeout=MILLISECONDS)
    desk.locator("[data-raccourcis] input").wait_for()
    desk.keyboard.press("r")
    desk.get_by_text("c'était la dernière pièce de cette liste").wait_for(timeout=MILLISECONDS)


def test_a_refusal_by_key_asks_for_its_reason_first(desk: Page) -> None:
    first = desk.url
    desk.keyboard.press("x")
    reason, comment = desk.locator("[name=reason]"), desk.locator("[name=comment]")
    assert reason.evaluate("field => field === document.activeElement")
    comment.focus()
    desk.keyboard.type("Illisible, à numériser de nouveau.")
    assert desk.url == first, "letters typed in a field are no keys"
    desk.get_by_role("button", name=NON_COMPLIANT).click()
    desk.get_by_text("La pièce précédente est « Non Conforme ».").wait_for(timeout=MILLISECONDS)


def test_a_digit_chooses_a_reason_and_a_key_refuses(desk: Page) -> None:
    desk.keyboard.press("2")
    reason = desk.locator("[name=reason]")
    assert reason.input_value() == reason.locator("option").nth(2).get_attribute("value")
    desk.keyboard.press("x")
    desk.get_by_text("La pièce précédente est « Non Conforme ».").wait_for(timeout=MILLISECONDS)


def test_keys_go_from_piece_to_piece_and_can_be_switched_off(desk: Page) -> None:
    first = desk.url
    desk.keyboard.press("s")
    desk.wait_for_url(lambda url: url != first, timeout=MILLISECONDS)
    desk.locator("[data-raccourcis] input").wait_for()
    desk.keyboard.press("p")
    desk.wait_for_url(first, timeout=MILLISECONDS)
    desk.locator("[data-raccourcis] input").uncheck()
    desk.reload()
    assert not desk.locator("[data-raccourcis] input").is_checked()
    desk.keyboard.press("s")
    desk.locator("h1").click()
    assert desk.url == first


def test_a_page_is_magnified_and_turned(desk: Page) -> None:
    picture = desk.locator("[data-pages] img").first
    width = picture.evaluate("image => image.offsetWidth")
    desk.get_by_role("button", name="Agrandir").click()
    assert picture.evaluate("image => image.offsetWidth") > width
    desk.get_by_role("button", name="Tourner").click()
    assert "rotate(90deg)" in picture.evaluate("image => image.style.transform")


def test_a_page_of_pieces_takes_a_key_each_and_no_page_but_theirs(
    page: Page, staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidature = depositor(candidates, running).path.rpartition("/")[2]
    add_pieces_to_control(running, candidature, USUAL_PAGE - 1)
    open_first_piece(page, staff, running, candidature)
    loaded: list[str] = []
    documents: list[str] = []
    page.on("request", lambda asked: documents.append(asked.url) if asked.resource_type == "document" else None)
    page.on("framenavigated", lambda frame: loaded.append(frame.url))
    for number in range(USUAL_PAGE):
        with page.expect_event("framenavigated", timeout=MILLISECONDS):
            page.keyboard.press("c")
        if number < USUAL_PAGE - 1:
            page.locator("[data-raccourcis] input").wait_for()
    page.get_by_text("c'était la dernière pièce de cette liste").wait_for(timeout=MILLISECONDS)
    pieces = [address for address in loaded if "/gestion/pieces/" in address]
    assert (len(pieces), len(loaded)) == (USUAL_PAGE - 1, USUAL_PAGE), "the pieces that follow the first, then the list"
    assert len(documents) == 1, "pieces take each other's place in the page; only the list is loaded"


def test_the_next_picture_is_loaded_ahead_and_opened_when_it_is_shown(
    desk: Page, running: InProcessFourServices
) -> None:
    link = desk.locator("nav a[rel=next]").get_attribute("href") or ""
    following = link.partition("?")[0].rpartition("/")[2]
    wait_until(lambda: ("deposit.loaded_ahead", following) in acts(running), 60, "the picture loaded ahead")
    assert ("deposit.opened", following) not in acts(running), "nobody has looked at it"
    desk.keyboard.press("c")
    desk.get_by_text("La pièce précédente est « Conforme ».").wait_for(timeout=MILLISECONDS)
    assert _shown_piece(desk) == following
    assert desk.locator("[data-pages] img").first.evaluate("image => image.complete && image.naturalWidth") > 0
    wait_until(lambda: ("deposit.opened", following) in acts(running), 60, "the opening in the trail")
    once = [act for act, piece in acts(running) if piece == following]
    assert once == ["deposit.made", "deposit.loaded_ahead", "deposit.opened"], "it is loaded once"
    assert desk.locator("h1").evaluate("title => title === document.activeElement")


def test_a_decision_that_comes_too_late_is_told_in_its_place(desk: Page) -> None:
    shown = desk.url
    desk.locator("[name=etag]").evaluate("field => { field.value = '\"autre\"'; }")
    desk.locator("[name=comment]").fill("La signature manque.")
    desk.get_by_role("button", name=NON_COMPLIANT).click()
    desk.get_by_text("Cette pièce a changé depuis que vous l'avez lue.").wait_for(timeout=MILLISECONDS)
    assert (desk.url, desk.locator("[name=comment]").input_value()) == (shown, "La signature manque.")
    desk.locator("h1").click()
    desk.keyboard.press("c")
    desk.get_by_text("La pièce précédente est « Conforme ».").wait_for(timeout=MILLISECONDS)
    desk.go_back()
    desk.wait_for_url(shown, timeout=MILLISECONDS)
    desk.get_by_text("Statut actuel : Conforme").wait_for(timeout=MILLISECONDS)


def test_a_decision_after_the_end_of_the_session_asks_to_log_in(desk: Page) -> None:
    desk.context.clear_cookies()
    desk.keyboard.press("c")
    desk.get_by_role("button", name=page_labels.LOG_IN).wait_for(timeout=MILLISECONDS)


def test_who_was_refused_reads_why_and_what_they_send_again_comes_first(
    page: Page, staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidate = depositor(candidates, running, deposits=2)
    open_first_piece(page, staff, running, candidate.path.rpartition("/")[2])
    refused = _shown_piece(page)
    page.keyboard.press("1")
    reason = page.locator("[name=reason]").input_value()
    page.keyboard.press("x")
    page.get_by_text("La pièce précédente est « Non Conforme ».").wait_for(timeout=MILLISECONDS)
    candidate.get(candidate.path)
    assert reason in candidate.text
    deposit(candidate, f"{candidate.path}/depot/{refused}")
    page.goto(f"{running.url}/gestion/controle")
    assert _shown_piece(page) == refused


def _shown_piece(page: Page) -> str:
    """The id of the piece that is shown."""
    return page.url.partition("?")[0].rpartition("/")[2]


def acts(running: InProcessFourServices) -> list[tuple[str, str]]:
    """What the trail of pieces says: the act and the piece."""
    with running.pieces.app.app_context(), db.reading() as session:
        return [(entry.action, entry.subject) for entry in session.scalars(select(AuditEntry))]
