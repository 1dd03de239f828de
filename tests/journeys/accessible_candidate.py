"""A candidate who uses the portal in a way of her own."""

from pathlib import Path

from playwright.sync_api import Page

from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import GUIDE_PIECES, JustificatifsPage, write_pdf
from tests.journeys.users import MouseUser
from tests.support.running_portal import RunningPortal

GROUP = "Confirmation d'inscription"


def someone(page: Page, portal: RunningPortal, user: type[MouseUser]) -> Candidate:
    return Candidate(page, portal, personas.another_dubois(), user)


def deposits_and_validates(candidate: Candidate, folder: Path) -> None:
    mine = JustificatifsPage(candidate)
    for piece in GUIDE_PIECES[GROUP]:
        mine.adds(piece, write_pdf(folder))
    mine.validates_group(GROUP)
    candidate.user.shows("Validé")
