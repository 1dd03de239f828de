"""Every label, title, hint, button and sentence of the guide's screens stands where the guide shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.journeys.guide_screens import GuideScreens
from tests.journeys.text_reading import without_spaces
from tests.support.chromium import french_profile
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WORDS = Path(__file__).parent / "data" / "guide-words.yaml"
SCREENS: dict[str, str | list[str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def texts(browser: Browser, alone: RunningPortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each screen says, without white space."""
    with french_profile(browser) as context:
        screens = GuideScreens(context.new_page(), alone, tmp_path_factory.mktemp("guide-screens"))
        yield {screen: without_spaces(text) for screen, text in screens.texts.items()}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_shows_the_guides_words(texts: dict[str, str], screen: str) -> None:
    wanted = SCREENS[screen]
    words = [wanted] if isinstance(wanted, str) else wanted
    missing = [phrase for phrase in words if without_spaces(phrase) not in texts[screen]]
    assert missing == []
