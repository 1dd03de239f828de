"""Every label, title, hint, button and sentence of the guide's screens stands where the guide shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.guide_screens import GuideScreens
from tests.journeys.guide_words import SCREENS, missing_words
from tests.support.chromium import french_profile
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def texts(browser: Browser, alone: RunningPortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each screen says."""
    with french_profile(browser) as context:
        screens = GuideScreens(context.new_page(), alone, tmp_path_factory.mktemp("guide-screens"))
        yield screens.texts


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_shows_the_guides_words(texts: dict[str, str], screen: str) -> None:
    assert missing_words(screen, texts[screen]) == []
