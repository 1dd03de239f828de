"""From home to « J'ai fourni toutes mes pièces » at 400 %: 320 by 256 px."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.test_accessible_ways import deposits_and_validates, registers_from_home, someone
from tests.journeys.zoomed_user import ZOOMED_VIEWPORT, ZoomedUser
from tests.support import failure_screenshots
from tests.support.chromium import french_profile
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def enlarged(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = french_profile(browser, viewport=ZOOMED_VIEWPORT)
    yield context.new_page()
    failure_screenshots.save_screenshots(request.node, context)
    context.close()


def test_at_400_percent_from_home_to_the_last_piece(alone: RunningPortal, enlarged: Page, tmp_path: Path) -> None:
    candidate = someone(enlarged, alone, ZoomedUser)
    registers_from_home(candidate)
    deposits_and_validates(candidate, tmp_path)
