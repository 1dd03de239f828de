"""Who lacks pieces, and whose draft is not transmitted, is reminded once when the days of the catalogue come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.screens.browser_candidate import BrowserCandidate
from tests.screens.story_context import wait_for_result
from tests.support.chromium import french_profile
from tests.support.launched_portal import LaunchedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SEVEN_DAYS_BEFORE_THE_END = "2021-10-24T09:30:00+02:00"
PIECES, DRAFT = "Relance de pièces justificatives", "Brouillon non transmis"


def test_on_the_day_of_a_rung_both_are_reminded(browser: Browser) -> None:
    portal = LaunchedPortal("reminders")
    try:
        registered, drafting = (
            BrowserCandidate(french_profile(browser), portal.url).creates_account_and_logs_in() for _ in range(2)
        )
        registered.registers()
        drafting.opens_draft()
    finally:
        portal.stop()
    later = LaunchedPortal("reminders-later", {"VAR_DIR": str(portal.var), "PORTAIL_NOW": SEVEN_DAYS_BEFORE_THE_END})
    try:  # its mails are in the folder of the first
        wait_for_result(lambda: portal.mailed(PIECES) and portal.mailed(DRAFT), "both mails", 120)
        assert len(portal.mails(registered.email, PIECES)) == 1
        assert len(portal.mails(drafting.email, DRAFT)) == 1
        assert portal.mails(drafting.email, PIECES) == portal.mails(registered.email, DRAFT) == []
    finally:
        later.stop()
