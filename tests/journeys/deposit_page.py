"""« Envoyer une pièce jointe » of a registered candidate: its address and the cookies to post with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import JustificatifsPage
from tests.support.chromium import cookies_of, french_profile
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@dataclass(frozen=True)
class DepositPage:
    """`storage_state` is Playwright's, for another profile of the same browser."""

    url: str
    storage_state: Any
    cookies: dict[str, str]


@contextmanager
def deposit_page(browser: Browser, portal: RunningPortal) -> Iterator[DepositPage]:
    """A new candidate registers and opens « Envoyer une pièce jointe »."""
    with french_profile(browser) as context:
        page = context.new_page()
        someone = Candidate(page, portal, personas.DUBOIS.with_email(personas.new_address()))
        someone.creates_account_and_logs_in()
        someone.registers()
        JustificatifsPage(someone)
        page.get_by_role("link", name="Ajouter").first.click()
        someone.user.is_at(page_labels.DEPOSIT_FORM)
        yield DepositPage(page.url, context.storage_state(), cookies_of(page))
