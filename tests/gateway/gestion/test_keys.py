"""The control of pieces by keys, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.cookies import cookie_name
from gateway.staff_member import SESSION_COOKIE
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.copied_pieces import add_pieces_to_control
from tests.gateway.gestion.people import StaffFactory, depositor
from tests.support.in_process_four_services import InProcessFourServices

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
    name = cookie_name(running.gateway.app.extensions["portail"], SESSION_COOKIE)
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
    desk.get_by_role("button", name="Non Conforme").click()
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


def test_fifty_pieces_take_fifty_keys_and_no_page_but_theirs(
    page: Page, staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidature = depositor(candidates, running).path.rpartition("/")[2]
    add_pieces_to_control(running, candidature, 49)
    open_first_piece(page, staff, running, candidature)
    loaded: list[str] = []
    page.on("framenavigated", lambda frame: loaded.append(frame.url))
    for number in range(50):
        with page.expect_event("framenavigated", timeout=MILLISECONDS):
            page.keyboard.press("c")
        if number < 49:
            page.locator("[data-raccourcis] input").wait_for()
    page.get_by_text("c'était la dernière pièce de cette liste").wait_for(timeout=MILLISECONDS)
    pieces = [address for address in loaded if "/gestion/pieces/" in address]
    assert (len(pieces), len(loaded)) == (49, 50), "the pieces that follow the first, then the list"
