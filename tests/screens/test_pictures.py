"""`make screenshots`: every page in its states at 1280 and 360 px, into screenshots/; axe finds
nothing in any.

Those of gestionnaires are pictured at 1920 px too.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.architecture import apps, ledger
from tests.screens import (
    administration_stories,
    candidate_stories,
    gestion_stories,
    visitor_stories,
)
from tests.screens.story import PictureRecorder, StoryContext
from tests.support.launched_portal import LaunchedPortal

PICTURE_FOLDER = Path(__file__).parents[2] / "screenshots"
Story = Callable[[StoryContext], None]
STORIES: tuple[Story, ...] = (
    visitor_stories.public_pages,
    candidate_stories.creation,
    candidate_stories.logging_in,
    candidate_stories.account,
    candidate_stories.choosing,
    candidate_stories.tabs,
    candidate_stories.specialites,
    candidate_stories.two_windows,
    candidate_stories.registered,
    candidate_stories.validated_online,
    candidate_stories.deposits,
    gestion_stories.control_desk,
    administration_stories.team,
    administration_stories.invitation,
    administration_stories.openings_and_messages,
    administration_stories.incidents,
    administration_stories.catalogue,
    administration_stories.accounts_and_journal,
    gestion_stories.reminders,
    gestion_stories.publications,
    visitor_stories.services_away,
    visitor_stories.without_script,
)


@pytest.fixture(scope="module")
def context(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoryContext]:
    """One portal and one recorder for all stories: each is a test of its own, and they run in
    order."""
    gateway = apps.build("gateway", tmp_path_factory.mktemp("gateway"))
    shared = StoryContext(
        LaunchedPortal("pictures"), browser, PictureRecorder(PICTURE_FOLDER, gateway.url_map)
    )
    yield shared
    shared.portal.stop()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_is_told_to_its_end(context: StoryContext, story: Story) -> None:
    context.tell(story)


def test_what_is_there_before_the_closing_is_shown_after_it(context: StoryContext) -> None:
    left = context.tell(visitor_stories.prepare)
    context.portal.stop()
    later = {"VAR_DIR": str(context.portal.var), "PORTAIL_NOW": visitor_stories.AFTER_CLOSING}
    context.portal = LaunchedPortal("weeks-later", later)
    context.tell(visitor_stories.closed, left)


def test_every_page_of_the_ledger_has_its_picture(context: StoryContext) -> None:
    if context.finished < len(STORIES) + 2:
        pytest.skip("not every story was told")
    assert ledger.pages() - context.recorder.pictured_routes == set()


def test_axe_finds_nothing_and_nothing_sticks_out(context: StoryContext) -> None:
    assert context.recorder.findings == []
