"""A user who has zoomed to 400 %: 1280 × 1024 pixels then show what 320 × 256 would (RGAA 10.11)."""

from playwright.sync_api import Page

from tests.journeys.mouse_user import MouseUser

ZOOMED_VIEWPORT = {"width": 320, "height": 256}
# A table of data may be wider than the screen (RGAA 10.11): it stands in a region that scrolls by itself.
_FAULTS = """() => {
    const faults = [];
    const beyond = document.scrollingElement.scrollWidth - innerWidth;
    if (beyond > 0) faults.push(`${beyond} px stick out of the page`);
    const top = scrollY;
    for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
        const drawn = ["radio", "checkbox"].includes(one.type) ? one.labels[0] : one;
        const shown = drawn?.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        const elsewhere = one.closest(".fr-skiplinks, [role=region][tabindex]");
        if (!shown || one.disabled || one.tabIndex < 0 || elsewhere) continue;
        one.scrollIntoView({ block: "center", behavior: "instant" });
        const box = one.getClientRects()[0];
        const name = (one.innerText || one.labels?.[0]?.innerText || one.title || one.outerHTML.slice(0, 80)).trim();
        if (box.left < -1 || box.right > innerWidth + 1) faults.push(`« ${name} » stands beyond the edge`);
        const middle = Math.min(Math.max((box.top + box.bottom) / 2, 1), innerHeight - 1);
        const over = document.elementFromPoint((box.left + box.right) / 2, middle);
        const itself = one.contains(over) || [...(one.labels || [])].some((label) => label.contains(over));
        if (!itself) faults.push(`« ${name} » is under ${over?.outerHTML.slice(0, 120)}`);
    }
    scrollTo({ top, behavior: "instant" });
    return faults;
}"""


class ZoomedUser(MouseUser):
    """Checks the layout of every page that is reached; the menu is behind its button."""

    def is_at(self, title: str) -> None:
        super().is_at(title)
        assert layout_faults(self.page) == [], self.page.url

    def shows(self, *words: str) -> None:
        super().shows(*words)
        assert layout_faults(self.page) == [], self.page.url

    def menu(self, words: str) -> None:
        self.press("Menu")
        super().menu(words)


def layout_faults(page: Page) -> list[str]:
    """Controls that cannot be scrolled to or are covered, and whether the page scrolls sideways."""
    faults: list[str] = page.evaluate(_FAULTS)
    return faults
