"""A visit carried on by other means than the browser that began it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def cookies_of(page: Page) -> dict[str, str]:
    """The cookies of the page's visitor, by name."""
    return {str(one.get("name")): str(one.get("value")) for one in page.context.cookies()}
