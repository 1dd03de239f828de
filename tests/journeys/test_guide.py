"""The guide walked from its first page to its last by Pierre DUBOIS, who finds its words on each
screen."""

from pathlib import Path

import yaml

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.conftest import NewCandidate
from tests.journeys.guide_journey import DATA, registers_and_withdraws
from tests.journeys.users import normalized
from tests.support.running_portal import RunningPortal

SCREENS: dict[str, str | list[str]] = yaml.safe_load(
    (DATA / "guide-words.yaml").read_text(encoding="utf-8")
)
"""The guide's own words, screen by screen."""


def test_the_guide_is_walked_and_read_from_its_first_page_to_its_last(
    alone: RunningPortal, new_candidate: NewCandidate, tmp_path: Path
) -> None:
    """Takes about a minute: a whole portal is started, and everything that a candidate does is done
    once."""
    dubois = new_candidate(alone, personas.DUBOIS)
    _looks_whether_registrations_are_open(dubois)
    registers_and_withdraws(alone, dubois, tmp_path)
    _begins_the_exam_of_twelve_tabs(dubois)
    for screen, wanted in SCREENS.items():
        read = _without_spaces(dubois.read[screen])
        words = [wanted] if isinstance(wanted, str) else wanted
        assert [phrase for phrase in words if _without_spaces(phrase) not in read] == [], screen


def _without_spaces(text: str) -> str:
    """The same words however they are spread over lines and elements."""
    return normalized(text).replace(" ", "")


def _looks_whether_registrations_are_open(dubois: Candidate) -> None:
    dubois.user.open("/")
    dubois.reads("header", "footer", "home")
    dubois.user.follow(page_labels.OPENINGS)
    dubois.user.is_at(page_labels.OPENINGS)
    dubois.reads("openings")
    for choice in (
        "Examen",
        "BREVET DE TECHNICIEN SUPERIEUR",
        "BTS 2022",
        "ACADÉMIE DE BESANCON - (2022-06)",
    ):
        dubois.user.press(choice)
    dubois.user.shows("Informations disponibles")
    dubois.reads("openings", "openings_open")


def _begins_the_exam_of_twelve_tabs(dubois: Candidate) -> None:
    user = dubois.user
    page = dubois.page
    user.activate(page.get_by_role("link", name=page_labels.ACCOUNT))
    user.is_at(page_labels.ACCOUNT_FORM)
    dubois.reads("account_change")
    user.menu(page_labels.REGISTER)
    for choice in ("Examen", "DIPLOME DE COMPTABILITE ET DE GESTION"):
        user.press(choice)
    page.get_by_role("main").get_by_role("listitem").get_by_role("button").first.click()
    user.shows("Sélectionner une académie")
    page.get_by_role("button", name="ACADÉMIE DE BESANCON").first.click()
    user.press("Valider")
    user.shows("12 - N° Inscription")
    dubois.reads("tabs_twelve")
