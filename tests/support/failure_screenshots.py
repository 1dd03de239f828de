"""Screenshots of what the browser showed when a test failed."""

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

FOLDER = Path(__file__).parents[2] / "screenshots" / "failures"
_FAILED = pytest.StashKey[bool]()


def note_outcome(item: pytest.Item, report: pytest.TestReport) -> None:
    """Note that the body of a test failed, for its fixtures to see as they end."""
    if report.when == "call":
        item.stash[_FAILED] = report.failed


def has_failed(item: pytest.Item) -> bool:
    return item.stash.get(_FAILED, False)


def save_screenshots(item: pytest.Item, context: "BrowserContext") -> None:
    """Save every open page of a failed test into screenshots/failures/; a page that cannot be shown
    is left."""
    if not has_failed(item):
        return
    from playwright.sync_api import Error

    FOLDER.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w-]+", "-", item.nodeid.rpartition("/")[2])[:120]
    for number, page in enumerate(context.pages, start=1):
        with contextlib.suppress(Error):
            page.screenshot(path=FOLDER / f"{name}-{number}.png", full_page=True, timeout=5_000)
