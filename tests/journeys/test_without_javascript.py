"""Account and registration without any script, on a telephone 360 pixels wide, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.scriptless_user import ScriptlessUser
from tests.journeys.text_reading import pdf_text
from tests.support import failure_screenshots
from tests.support.chromium import TELEPHONE, french_profile
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def plain_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = french_profile(browser, viewport=TELEPHONE, java_script_enabled=False)
    yield context.new_page()
    failure_screenshots.save_screenshots(request.node, context)
    context.close()


def test_the_whole_registration_works_without_a_script(alone: RunningPortal, plain_page: Page) -> None:
    person = personas.DUBOIS.with_email(personas.new_address())
    candidate = Candidate(plain_page, alone, person, ScriptlessUser)
    candidate.creates_account()
    candidate.activates_account()
    candidate.logs_in()
    candidate.chooses_exam()
    candidate.fills_tabs(lambda title: _leaves_and_comes_back(candidate, title))
    candidate.saves()
    text = pdf_text(candidate.downloads_confirmation())
    assert "MONSIEUR DUBOIS Pierre" in text
    assert re.search(r"EF1 - Langue vivante 2 - Allemand UF1 Inscrit", text)


def _leaves_and_comes_back(candidate: Candidate, title: str) -> None:
    """« Quitter » keeps what is typed, as the next « Suivant » notices."""
    candidate.user.press("Quitter")
    candidate.user.is_at(page_labels.REGISTRATIONS)
    candidate.user.follow("Reprendre : BREVET DE TECHNICIEN SUPERIEUR BTS 2022")
    candidate.user.is_at(title)
