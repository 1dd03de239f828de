"""Somebody logged in, without going by the pages of the log-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cookies import cookie_name
from tests.support.in_process_portal import InProcessPortal
from tests.support.scriptless_browser import ScriptlessBrowser

if TYPE_CHECKING:
    from playwright.sync_api import Page


def take_session_over(page: Page, portal: InProcessPortal, browser: ScriptlessBrowser, cookie: str) -> None:
    """The page's profile has the session that is open in `browser`."""
    name = cookie_name(portal.gateway.app.extensions["portail"], cookie)
    page.context.add_cookies([{"name": name, "value": str(browser.cookie(name)), "url": portal.url}])
