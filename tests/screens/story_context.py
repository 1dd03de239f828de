"""What a story (a function that pictures a sequence of pages) works with: portal, browser, recorder, people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser

from tests.screens.browser_candidate import BrowserCandidate
from tests.screens.picture_recorder import PictureRecorder
from tests.support.chromium import french_profile
from tests.support.launched_portal import LaunchedPortal

SECONDS = 30.0
"""Within which a worker has done what follows."""


@dataclass
class StoryContext:
    portal: LaunchedPortal
    browser: Browser
    recorder: PictureRecorder
    candidates: list[BrowserCandidate] = field(default_factory=list)

    def new_candidate(self, **options: Any) -> BrowserCandidate:
        """A candidate with a clean browser profile and no account yet."""
        self.candidates.append(BrowserCandidate(french_profile(self.browser, **options), self.portal))
        return self.candidates[-1]

    def record(self, candidate: BrowserCandidate, pages: Mapping[str, str]) -> None:
        """Picture these pages (paths by the pictures' names) as that candidate sees them."""
        for name, path in pages.items():
            self.recorder.record(candidate.open(path), name)

    def account(self, role: str) -> dict[str, str]:
        """Address, password and secret of the second factor of the demonstration's « staff » or « admin »."""
        return dict(self.portal.demo[role])

    def close(self) -> None:
        for candidate in self.candidates:
            candidate.context.close()
