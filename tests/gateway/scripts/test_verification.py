"""« Vérifier un document »: the browser itself checks what the QR holds."""

from playwright.sync_api import Page, expect

from tests.gateway.candidates import CandidateFactory
from tests.gateway.test_verification import held_qr
from tests.support.in_process_four_services import InProcessFourServices


def test_the_browser_checks_the_qr(page: Page, running: InProcessFourServices, candidates: CandidateFactory) -> None:
    qr = held_qr(candidates)
    page.goto(f"{running.url}{qr}")
    expect(page.locator("#qr-signe")).to_be_visible()
    expect(page.locator("#qr-non-signe")).to_be_hidden()
    page.goto("about:blank")
    page.goto(f"{running.url}{qr[:-40]}{'B' if qr[-40] == 'A' else 'A'}{qr[-39:]}")
    expect(page.locator("#qr-non-signe")).to_be_visible()
    expect(page.locator("#qr-signe")).to_be_hidden()
    page.goto(f"{running.url}{qr.partition('#')[0]}")
    expect(page.get_by_text("Authentique, en vigueur")).to_be_visible()
    expect(page.locator("#qr-signe")).to_be_hidden()
