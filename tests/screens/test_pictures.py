"""`make screenshots`: every page in its states at 1280 and 360 px, into screenshots/; axe finds nothing in any."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from tests.architecture import apps, ledger
from tests.screens import candidates, later, pieces, refusals, visitors
from tests.screens.album import Album
from tests.screens.walk import Walk
from tests.support.launched import LaunchedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.screenshots
FOLDER = Path(__file__).parents[2] / "screenshots"
Story = Callable[[Walk], None]
End = TypeVar("End")
STORIES: tuple[Story, ...] = (
    visitors.anybody,
    visitors.creation,
    visitors.logging_in,
    visitors.account,
    candidates.choosing,
    candidates.tabs,
    candidates.two_windows,
    candidates.twelve_tabs,
    candidates.registered,
    pieces.deposits,
    refusals.unknown,
    refusals.foreign,
    refusals.too_large,
    refusals.out_of_order,
    later.without_script,
)


@dataclass
class Told:
    """The album, and how each story that could not be told to its end broke off."""

    album: Album
    broken: dict[str, str] = field(default_factory=dict)

    def tell(self, walk: Walk, story: Callable[[Walk], End | None], name: str) -> End | None:
        """Tell a story to its end, and give what it comes to."""
        try:
            return story(walk)
        except Exception:
            self.broken[name] = traceback.format_exc()
            return None
        finally:
            walk.close()


@pytest.fixture(scope="module")
def told(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Every story, once."""
    gateway = apps.build("gateway", tmp_path_factory.mktemp("gateway"))
    told = Told(Album(FOLDER, gateway.url_map))
    with launched() as portal:
        walk = Walk(portal.url, browser, told.album, portal.staff)
        for story in STORIES:
            told.tell(walk, story, _name(story))
        left = told.tell(walk, later.prepared, "prepared")
    if left:
        with launched(portal) as afterwards:
            walk = Walk(afterwards.url, browser, told.album, portal.staff)
            told.tell(walk, lambda walk: later.closed(walk, left), "closed")
    return told


class launched:
    """The portal for the length of a block; `after` gives the one whose data it takes over, weeks later."""

    def __init__(self, after: LaunchedPortal | None = None) -> None:
        weeks_later = {"VAR_DIR": str(after.var), "PORTAIL_NOW": later.AFTER_CLOSING} if after else {}
        self._portal = LaunchedPortal("pictures", weeks_later)

    def __enter__(self) -> LaunchedPortal:
        return self._portal

    def __exit__(self, *problem: object) -> None:
        self._portal.stop()


def _name(story: Story) -> str:
    return f"{story.__module__.rpartition('.')[2]}.{story.__name__}"


@pytest.mark.parametrize("story", [*map(_name, STORIES), "prepared", "closed"])
def test_the_story_is_told_to_its_end(told: Told, story: str) -> None:
    assert story not in told.broken, told.broken[story]


def test_every_page_of_the_ledger_has_its_picture(told: Told) -> None:
    assert ledger.pages() - told.album.seen == set()


def test_axe_finds_nothing_and_nothing_sticks_out(told: Told) -> None:
    assert told.album.findings == []
