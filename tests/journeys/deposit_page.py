"""A candidate about to deposit a file: where to send it, and with what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import JustificatifsPage
from tests.journeys.visit import cookies_of
from tests.support.chromium import french_profile
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@dataclass(frozen=True)
class DepositPage:
    """« Envoyer une pièce jointe » of one candidate: its address, and what his browser knows."""

    url: str
    storage_state: Any
    cookies: dict[str, str]


@contextmanager
def deposit_page(browser: Browser, portal: RunningPortal) -> Iterator[DepositPage]:
    """A candidate who has registered stands before « Envoyer une pièce jointe »."""
    with french_profile(browser) as context:
        page = context.new_page()
        someone = Candidate(page, portal, personas.DUBOIS.with_email(personas.new_address()))
        someone.creates_account_and_logs_in()
        someone.registers()
        JustificatifsPage(someone)
        page.get_by_role("link", name="Ajouter").first.click()
        someone.user.is_at("Envoyer une pièce jointe")
        yield DepositPage(page.url, context.storage_state(), cookies_of(page))
