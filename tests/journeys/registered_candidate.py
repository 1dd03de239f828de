"""A candidate who has registered and may deposit, for requests that go on without the browser."""

from dataclasses import dataclass

from playwright.sync_api import Browser

from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import JustificatifsPage
from tests.support.chromium import cookies_of, french_profile
from tests.support.running_portal import RunningPortal


@dataclass(frozen=True)
class RegisteredCandidate:
    """`cookies` are those of their session. The file of `replaced_piece` is replaced again and again, that of
    `unreplaced_piece` never."""

    persona: personas.Persona
    candidature: str
    replaced_piece: str
    unreplaced_piece: str
    cookies: dict[str, str]

    @property
    def email(self) -> str:
        return self.persona.email


def register_candidate(portal: RunningPortal, browser: Browser) -> RegisteredCandidate:
    """A new candidate, with an account and one candidature."""
    persona = personas.another_dubois()
    with french_profile(browser) as context:
        page = context.new_page()
        someone = Candidate(page, portal, persona)
        candidature = someone.registers()
        JustificatifsPage(someone)
        links = page.get_by_role("link", name="Ajouter").all()
        replaced_piece, unreplaced_piece, *_ = (str(link.get_attribute("href")).rpartition("/")[2] for link in links)
        return RegisteredCandidate(persona, candidature, replaced_piece, unreplaced_piece, cookies_of(page))
