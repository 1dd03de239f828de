"""Someone who has registered and may deposit, for visits that go on without a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import Justificatifs
from tests.journeys.visit import cookies_of
from tests.support.chromium import french_visitor
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@dataclass(frozen=True)
class Registered:
    """Someone registered, on a visit without a browser. Files of `piece` give way to others, that of `kept` stays."""

    person: personas.Person
    candidature: str
    piece: str
    kept: str
    cookies: dict[str, str]

    @property
    def email(self) -> str:
        return self.person.email


def registered(portal: RunningPortal, browser: Browser) -> Registered:
    """A new candidate, with an account and one candidature."""
    person = personas.DUBOIS.at(personas.new_address())
    with french_visitor(browser) as context:
        page = context.new_page()
        someone = Candidate(page, portal, person)
        someone.arrives()
        candidature = someone.registers()
        Justificatifs(someone)
        links = page.get_by_role("link", name="Ajouter").all()
        piece, kept, *_ = (str(link.get_attribute("href")).rpartition("/")[2] for link in links)
        return Registered(person, candidature, piece, kept, cookies_of(page))
