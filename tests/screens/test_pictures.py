"""`make screenshots`: every page in its states at 1280 and 360 px, into screenshots/; axe finds nothing in any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.architecture import apps, ledger
from tests.screens import (
    account_stories,
    after_closing_stories,
    error_page_stories,
    piece_stories,
    registration_stories,
)
from tests.screens.picture_recorder import Album
from tests.screens.story_context import Walk
from tests.support.launched_portal import LaunchedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).parents[2] / "screenshots"
Story = Callable[[Walk], None]
STORIES: tuple[Story, ...] = (
    account_stories.anybody,
    account_stories.creation,
    account_stories.logging_in,
    account_stories.account,
    registration_stories.choosing,
    registration_stories.tabs,
    registration_stories.helped,
    registration_stories.two_windows,
    registration_stories.saving,
    registration_stories.forbidden,
    registration_stories.twelve_tabs,
    registration_stories.registered,
    piece_stories.deposits,
    error_page_stories.unknown,
    error_page_stories.foreign,
    error_page_stories.too_large,
    error_page_stories.out_of_order,
    after_closing_stories.without_script,
)


@dataclass
class Book:
    """The album with what its stories need, and which of them were told to their end."""

    album: Album
    portal: LaunchedPortal
    browser: Browser
    told: list[str] = field(default_factory=list)

    @contextmanager
    def walk(self, name: str, portal: LaunchedPortal | None = None) -> Iterator[Walk]:
        """Someone's walk through the portal (or through another, weeks later)."""
        walk = Walk((portal or self.portal).url, self.browser, self.album, self.portal.staff)
        try:
            yield walk
            self.told.append(name)
        finally:
            walk.close()


@pytest.fixture(scope="module")
def book(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """One portal and one album for every story: each is a test of its own, and they are told in order."""
    gateway = apps.build("gateway", tmp_path_factory.mktemp("gateway"))
    portal = LaunchedPortal("pictures")
    yield Book(Album(FOLDER, gateway.url_map), portal, browser)
    portal.stop()


def _name(story: Story) -> str:
    return f"{story.__module__.rpartition('.')[2]}.{story.__name__}"


@pytest.mark.parametrize("story", STORIES, ids=_name)
def test_a_story_is_told_to_its_end(book: Book, story: Story) -> None:
    with book.walk(_name(story)) as walk:
        story(walk)


def test_what_is_there_before_the_closing_is_shown_after_it(book: Book) -> None:
    with book.walk("before") as walk:
        left = after_closing_stories.prepared(walk)
    book.portal.stop()
    afterwards = LaunchedPortal(
        "weeks-later", {"VAR_DIR": str(book.portal.var), "PORTAIL_NOW": after_closing_stories.AFTER_CLOSING}
    )
    try:
        with book.walk("after", afterwards) as walk:
            after_closing_stories.closed(walk, left)
    finally:
        afterwards.stop()


def test_every_page_of_the_ledger_has_its_picture(book: Book) -> None:
    if len(book.told) < len(STORIES) + 2:
        pytest.skip("not every story was told")
    assert ledger.pages() - book.album.seen == set()


def test_axe_finds_nothing_and_nothing_sticks_out(book: Book) -> None:
    assert book.album.findings == []
