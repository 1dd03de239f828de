"""`make screenshots`: every page in its states at 1280 and 360 px, into screenshots/; axe finds nothing in any.

Those of gestionnaires are pictured at 1920 px too.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.architecture import apps, ledger
from tests.screens import (
    account_stories,
    administration_stories,
    after_closing_stories,
    error_page_stories,
    gestion_stories,
    piece_stories,
    publication_stories,
    registration_stories,
    team_stories,
)
from tests.screens.picture_recorder import PictureRecorder
from tests.screens.story_context import StoryContext
from tests.support.launched_portal import LaunchedPortal

PICTURE_FOLDER = Path(__file__).parents[2] / "screenshots"
Story = Callable[[StoryContext], None]
STORIES: tuple[Story, ...] = (
    account_stories.public_pages,
    account_stories.creation,
    account_stories.logging_in,
    account_stories.account,
    registration_stories.choosing,
    registration_stories.tabs,
    registration_stories.specialites,
    registration_stories.two_windows,
    registration_stories.registered,
    registration_stories.validated_online,
    piece_stories.deposits,
    gestion_stories.control_desk,
    team_stories.team,
    team_stories.invitation,
    administration_stories.openings_and_messages,
    administration_stories.incidents,
    administration_stories.catalogue,
    administration_stories.accounts_and_journal,
    gestion_stories.reminders,
    publication_stories.publications,
    error_page_stories.unknown,
    error_page_stories.services_away,
    after_closing_stories.without_script,
)


@dataclass
class PictureRun:
    """What all stories share, and how many came to their end."""

    recorder: PictureRecorder
    portal: LaunchedPortal
    browser: Browser
    finished: int = 0

    @contextmanager
    def context(self, portal: LaunchedPortal | None = None) -> Iterator[StoryContext]:
        """For one story on the portal (or on another one, weeks later)."""
        with closing(StoryContext(portal or self.portal, self.browser, self.recorder)) as context:
            yield context
            self.finished += 1


@pytest.fixture(scope="module")
def picture_run(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PictureRun]:
    """One portal and one recorder for all stories: each is a test of its own, and they run in order."""
    gateway = apps.build("gateway", tmp_path_factory.mktemp("gateway"))
    portal = LaunchedPortal("pictures")
    yield PictureRun(PictureRecorder(PICTURE_FOLDER, gateway.url_map), portal, browser)
    portal.stop()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_is_told_to_its_end(picture_run: PictureRun, story: Story) -> None:
    with picture_run.context() as context:
        story(context)


def test_what_is_there_before_the_closing_is_shown_after_it(picture_run: PictureRun) -> None:
    with picture_run.context() as context:
        left = after_closing_stories.prepare(context)
    picture_run.portal.stop()
    afterwards = LaunchedPortal(
        "weeks-later", {"VAR_DIR": str(picture_run.portal.var), "PORTAIL_NOW": after_closing_stories.AFTER_CLOSING}
    )
    try:
        with picture_run.context(afterwards) as context:
            after_closing_stories.closed(context, left)
    finally:
        afterwards.stop()


def test_every_page_of_the_ledger_has_its_picture(picture_run: PictureRun) -> None:
    if picture_run.finished < len(STORIES) + 2:
        pytest.skip("not every story was told")
    assert ledger.pages() - picture_run.recorder.pictured_routes == set()


def test_axe_finds_nothing_and_nothing_sticks_out(picture_run: PictureRun) -> None:
    assert picture_run.recorder.findings == []
