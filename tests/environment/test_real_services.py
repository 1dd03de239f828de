"""What other tests rely on without looking: the browser's place, the finder of obstacles, a wait that ends."""

import pytest
from playwright.sync_api import Page

from tests.support.accessibility import violations
from tests.support.processes import ServiceFailed, wait_until


def test_the_browser_shows_a_page_as_a_visitor_in_paris_sees_it(page: Page) -> None:
    page.set_content("<h1>Portail</h1><script>document.title = new Date(0).getHours()</script>")
    assert page.get_by_role("heading").inner_text() == "Portail"
    assert page.title() == "1"


def test_an_image_without_text_is_found_by_axe(page: Page) -> None:
    page.set_content("<main><h1>Pièces</h1><img src='data:,'></main>")
    assert [line.split(":")[0] for line in violations(page) if "img" in line] == ["image-alt"]


def test_waiting_for_what_never_comes_says_what_was_awaited() -> None:
    with pytest.raises(ServiceFailed, match="the moon"):
        wait_until(lambda: False, 0.01, "the moon")
