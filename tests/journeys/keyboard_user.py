"""A user who has a keyboard and nothing else, and who must always see where the focus is."""

import re
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from tests.journeys.mouse_user import MouseUser, control_kind
from tests.journeys.personas import Answer, Search

MOST_STOPS = 120  # no page has as many: whoever has not arrived by then is held somewhere
SETTLED_SECONDS = 10.0
MOST_LINES = 40  # of a list, from the first that begins like the wanted one
# Where the focus is: at the target (or in that radio group), ahead of it or behind; and whether a person sees it.
_FOCUS = """target => {
    const one = document.activeElement;
    if (!target.isConnected) return null; // the form was renewed just now
    if (!one || one === document.body) return { there: false, back: false, name: "", unseen: "" };
    const drawn = (element, part) => {
        const style = getComputedStyle(element, part);
        const transparent = /, 0\\)$/.test(style.outlineColor);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && !transparent;
    };
    const around = (element) => [null, "::before", "::after"].some((part) => drawn(element, part));
    const outlined = around(one) || [...(one.labels || [])].some(around);
    // Boxes to tick are drawn by their label.
    const picture = ["radio", "checkbox"].includes(one.type) ? one.labels[0] : one;
    const box = picture.getBoundingClientRect();
    const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    const drawnAtAll = picture.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && box.width > 1;
    return {
        there: one === target || (target.contains(one) && one.type === "radio"),
        back: Boolean(target.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING),
        name: (one.innerText || one.labels?.[0]?.innerText || one.title || one.outerHTML.slice(0, 80)).trim(),
        unseen: !(drawnAtAll && inside) ? "is not on the screen" : outlined ? "" : "has no outline",
    };
}"""


class KeyboardUser(MouseUser):
    """Tab and Shift+Tab lead to a control; Enter, Space, arrows, letters act on it. Each stop is looked at."""

    def activate(self, target: Locator) -> None:
        self.move_focus_to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def choose_file(self, label: str, file: Path) -> None:
        # Expected from before: the browser is told to hand choosers over without saying when it has understood.
        with self.page.expect_file_chooser(timeout=60_000) as chooser:
            self.move_focus_to(self.page.get_by_label(label))
            self.page.keyboard.press("Enter")
        chooser.value.set_files(file)

    def move_focus_to(self, target: Locator, *, onwards: bool = False) -> None:
        """Go from stop to stop until the focus is there. `onwards`: it must lie ahead, as it does for who reads on."""
        stops: list[str] = []
        for _ in range(MOST_STOPS):
            focus = self._focus_seen_from(target)
            assert not focus["unseen"], f"« {focus['name']} » has the focus and {focus['unseen']}, at {self.page.url}"
            if focus["there"]:
                return
            assert not (onwards and focus["back"]), f"{target} lies behind « {focus['name']} »"
            stops.append(focus["name"])
            self.page.keyboard.press("Shift+Tab" if focus["back"] else "Tab")
        raise AssertionError(f"{target} is not reached by the keyboard; the last stops were {stops[-20:]}")

    def _focus_seen_from(self, target: Locator) -> dict[str, Any]:
        """Where the focus is. A form that is renewed just now may take it off the screen for that moment only."""
        until = time.monotonic() + SETTLED_SECONDS
        while True:
            focus = target.evaluate(_FOCUS)
            if (focus and not focus["unseen"]) or time.monotonic() > until:
                return dict(focus or {"unseen": "is in a form that is renewed for ever", "name": ""})

    def _give_answer(self, control: Locator, label: str, answer: Answer) -> None:
        self.move_focus_to(control, onwards=True)
        kind = control_kind(control)
        if isinstance(answer, bool):
            self.page.keyboard.press("Space")
            expect(control).to_be_checked()
        elif isinstance(answer, Search):
            self._search(control, label, answer)
        elif kind == "select":
            self._pick(control, answer)
        elif kind == "fieldset":
            self._turn_to(control.get_by_label(answer, exact=True))
        else:
            self._type(answer)
            expect(control).to_have_value(answer)
            if kind == "combobox":
                self.page.keyboard.press("Tab")

    def _type(self, words: str) -> None:
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def _search(self, control: Locator, label: str, answer: Search) -> None:
        self._type(answer.words)
        wanted = self.page.get_by_role("option", name=answer.taken, exact=True)
        expect(wanted).to_be_visible()
        for _ in range(MOST_LINES):
            self.page.keyboard.press("ArrowDown")
            if wanted.get_attribute("aria-selected") == "true":
                break
        self.page.keyboard.press("Enter")
        expect(control).to_have_value(answer.taken)

    def _pick(self, control: Locator, label: str) -> None:
        """The first letters lead near it, the arrows to it. A letter with an accent is no key of every keyboard."""
        self.page.keyboard.type(re.split(r"[^ -~]", label)[0])
        chosen = control.locator("option:checked")
        for _ in range(MOST_LINES):
            if chosen.inner_text().strip() == label:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"« {label} » is not reached by the keyboard: {chosen.inner_text()}")

    def _turn_to(self, choice: Locator) -> None:
        """To this button of the radio group that has the focus."""
        for _ in range(MOST_LINES):
            if choice.evaluate("one => one === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        expect(choice).to_be_checked()
