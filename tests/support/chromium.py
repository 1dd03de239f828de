"""Debian's Chromium, driven by Playwright: one browser for the test run, a clean profile for each
test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.missing_services import installed

# The first is Chromium without the windows of a desktop, which take a quarter of the time of a
# test.
CHROMIUM_PATHS = (
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
)

# No sandbox: CI is root. The others keep Chromium from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

DESKTOP = {"width": 1280, "height": 900}
OFFICE_SCREEN = {"width": 1920, "height": 1080}
TELEPHONE = {"width": 360, "height": 740}
PATIENCE_MS = 60_000  # for what a page is to show: a busy machine takes long


@contextmanager
def chromium() -> Iterator[Browser]:
    executable = installed("Chromium", *CHROMIUM_PATHS)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS, headless=True)
        try:
            yield browser
        finally:
            browser.close()


def french_profile(browser: Browser, **options: Any) -> BrowserContext:
    """Open a clean profile, French and in Paris time; `options` are Playwright's (viewport …)."""
    settings: dict[str, Any] = {
        "locale": "fr-FR",
        "timezone_id": "Europe/Paris",
        "viewport": DESKTOP,
    }
    context = browser.new_context(**{**settings, **options})
    context.set_default_timeout(PATIENCE_MS)
    return context


def cookies_of(page: Page) -> dict[str, str]:
    return {str(cookie.get("name")): str(cookie.get("value")) for cookie in page.context.cookies()}
