"""`make lighthouse`: five pages on Lighthouse's simulated phone, through the proxy, against what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from tests.lighthouse.report import Report, run_lighthouse
from tests.screens.browser_candidate import BrowserCandidate
from tests.support.chromium import FLAGS, chromium_path
from tests.support.launched_portal import LaunchedPortal
from tests.support.nginx_proxy import Proxy
from tests.support.ports import free_port

KB = 1024
FIRST_LOAD, LATER_PAGE = 150 * KB, 25 * KB
# The gateway answers to its own port alone: the proxy has it at another address, « localhost » for Chromium.
BEHIND_LOCALHOST = "127.0.0.2"
PAGES = ("accueil", "création de compte", "identification", "récapitulatif", "mes justificatifs")


@contextmanager
def debugged(folder: Path, port: int) -> Iterator[BrowserContext]:
    """A browser whose only profile Lighthouse shares."""
    with sync_playwright() as playwright:
        way = f"--host-resolver-rules=MAP localhost {BEHIND_LOCALHOST}"
        flags = [*FLAGS, f"--remote-debugging-port={port}", way]
        context = playwright.chromium.launch_persistent_context(folder, executable_path=chromium_path(), args=flags)
        try:
            yield context
        finally:
            context.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Report]]:
    folder, port = tmp_path_factory.mktemp("lighthouse"), free_port()
    portal = LaunchedPortal("lighthouse")
    proxy = Proxy(portal.port, PORT=f"{BEHIND_LOCALHOST}:{portal.port}")
    proxy.dns.addresses = ["127.0.0.1"]
    try:
        with debugged(folder / "profile", port) as context:
            through_proxy = f"http://localhost:{portal.port}"
            yield {
                page: run_lighthouse(f"{through_proxy}{path}", port, folder)
                for page, path in _addresses(portal, context)
            }
    finally:
        proxy.close()
        portal.stop()


def _addresses(portal: LaunchedPortal, context: BrowserContext) -> Iterator[tuple[str, str]]:
    """Each page when its turn has come: the first two before there is a session."""
    yield PAGES[0], "/"
    yield PAGES[1], "/compte/creation"
    person = BrowserCandidate(context, portal).creates_account_and_logs_in()
    candidature = person.registers()
    person.open(f"/inscriptions/{candidature}")
    person.press("Modifier")
    draft = person.draft_path()
    known = [(cookie["name"], cookie["value"]) for cookie in context.cookies()]
    context.add_cookies([{"name": name, "value": value, "domain": "localhost", "path": "/"} for name, value in known])
    yield PAGES[2], f"{draft}/2"
    yield PAGES[3], f"{draft}/8"
    yield PAGES[4], f"/justificatifs/{candidature}"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_what_is_asked_of_it(reports: dict[str, Report], page: str) -> None:
    seen = reports[page]
    print(f"\n{page}: {seen}")
    assert (seen.accessibility, seen.best_practices, seen.faults) == (100, 100, ())
    assert seen.performance >= 95
    assert seen.layout_shift == 0
    assert seen.bytes_of_first_load <= FIRST_LOAD
    assert seen.bytes_of_page <= LATER_PAGE
