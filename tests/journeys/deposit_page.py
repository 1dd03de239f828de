"""A candidate about to deposit a file: where to send it, and with what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import Justificatifs
from tests.journeys.visit import cookies_of
from tests.support.chromium import french_visitor
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@dataclass(frozen=True)
class Deposit:
    """« Envoyer une pièce jointe » of one candidate: its address, and what his browser knows."""

    url: str
    state: Any
    cookies: dict[str, str]


@contextmanager
def a_deposit(browser: Browser, portal: RunningPortal) -> Iterator[Deposit]:
    """A candidate who has registered stands before « Envoyer une pièce jointe »."""
    with french_visitor(browser) as context:
        page = context.new_page()
        someone = Candidate(page, portal, personas.DUBOIS.at(personas.new_address()))
        someone.arrives()
        someone.registers()
        Justificatifs(someone)
        page.get_by_role("link", name="Ajouter").first.click()
        someone.desk.is_at("Envoyer une pièce jointe")
        yield Deposit(page.url, context.storage_state(), cookies_of(page))
