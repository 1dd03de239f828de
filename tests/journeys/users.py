"""Users of the portal with their means: they fill fields by their labels, press buttons and links
by their words."""

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.journeys.personas import Answer, Search

_EQUIVALENTS = str.maketrans(
    {"’": "'", "ʼ": "'", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "}
)
CONTROLS = "input, select, textarea, fieldset[role]"
MOST_STOPS = 120  # no page has as many: whoever has not arrived by then is held somewhere
SETTLED_SECONDS = 10.0
MOST_LINES = 40  # of a list, from the first that begins like the wanted one
# Where the focus is: at the target (or in that radio group), ahead of it or behind; and whether a
# person sees it.
_FOCUS = """target => {
    const node = document.activeElement;
    if (!target.isConnected) return null; // the form was renewed just now
    if (!node || node === document.body) return { there: false, back: false, name: "", unseen: "" };
    const drawn = (node, part) => {
        const style = getComputedStyle(node, part);
        const transparent = /, 0\\)$/.test(style.outlineColor);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && !transparent;
    };
    const around = (node) => [null, "::before", "::after"].some((part) => drawn(node, part));
    const outlined = around(node) || [...(node.labels || [])].some(around);
    // Boxes to tick are drawn by their label.
    const picture = ["radio", "checkbox"].includes(node.type) ? node.labels[0] : node;
    const box = picture.getBoundingClientRect();
    const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    const drawnAtAll = picture.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && box.width > 1;
    return {
        there: node === target || (target.contains(node) && node.type === "radio"),
        back: Boolean(target.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING),
        name: (node.innerText || node.labels?.[0]?.innerText || node.title || node.outerHTML.slice(0, 80)).trim(),
        unseen: !(drawnAtAll && inside) ? "is not on the screen" : outlined ? "" : "has no outline",
    };
}"""
ZOOMED_VIEWPORT = {"width": 320, "height": 256}
# A table of data may be wider than the screen (RGAA 10.11): it stands in a region that scrolls by
# itself.
_FAULTS = """() => {
    const faults = [];
    const beyond = document.scrollingElement.scrollWidth - innerWidth;
    if (beyond > 0) faults.push(`${beyond} px stick out of the page`);
    const top = scrollY;
    for (const node of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
        const drawn = ["radio", "checkbox"].includes(node.type) ? node.labels[0] : node;
        const shown = drawn?.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        const elsewhere = node.closest(".fr-skiplinks, [role=region][tabindex]");
        if (!shown || node.disabled || node.tabIndex < 0 || elsewhere) continue;
        node.scrollIntoView({ block: "center", behavior: "instant" });
        const box = node.getClientRects()[0];
        const words = node.innerText || node.labels?.[0]?.innerText || node.title || node.outerHTML.slice(0, 80);
        const name = words.trim();
        if (box.left < -1 || box.right > innerWidth + 1) faults.push(`« ${name} » stands beyond the edge`);
        const middle = Math.min(Math.max((box.top + box.bottom) / 2, 1), innerHeight - 1);
        const over = document.elementFromPoint((box.left + box.right) / 2, middle);
        const itself = node.contains(over) || [...(node.labels || [])].some((label) => label.contains(over));
        if (!itself) faults.push(`« ${name} » is under ${over?.outerHTML.slice(0, 120)}`);
    }
    scrollTo({ top, behavior: "instant" });
    return faults;
}"""


def normalized(text: str) -> str:
    """On one line, with plain apostrophes and plain spaces: pages and PDFs differ in these."""
    return re.sub(r"\s+", " ", text.translate(_EQUIVALENTS)).strip()


class MouseUser:
    """With mouse and JavaScript, on a page of the portal at `url`. The users with other means are
    its subclasses."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self._within = page.locator("body")  # the part of the page that is being filled in

    # -- reading

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    @property
    def title(self) -> str:
        return normalized(self.page.get_by_role("heading", level=1).inner_text())

    @property
    def text(self) -> str:
        return normalized(self.page.locator("body").inner_text())

    def shows(self, *words: str) -> None:
        for phrase in words:
            expect(self.page.locator("body")).to_contain_text(_spaced(phrase), use_inner_text=True)

    def is_at(self, title: str) -> None:
        """Wait for the page with this title; the error shows the page's text instead."""
        heading = self.page.get_by_role("heading", level=1)
        try:
            expect(heading).to_have_text(_spaced(title, whole=True))
        except AssertionError as error:
            raise AssertionError(
                f"« {title} » was expected, the page says: {self.text[:1500]}"
            ) from error

    # -- acting

    def activate(self, target: Locator) -> None:
        target.click()

    def press(self, words: str) -> None:
        self.activate(self.page.get_by_role("button", name=words, exact=True))

    def follow(self, words: str) -> None:
        self.activate(
            self.page.get_by_role("main").get_by_role("link", name=words, exact=True).first
        )

    def menu(self, words: str) -> None:
        navigation = self.page.get_by_role("navigation", name="Menu")
        self.activate(navigation.get_by_role("link", name=words, exact=True))

    def choose_file(self, label: str, file: Path) -> None:
        self.page.get_by_label(label).set_input_files(file)

    def fill(self, answers: Mapping[str, Answer]) -> None:
        for label, answer in answers.items():
            self.answer(label, answer)

    def answer(self, label: str, answer: Answer) -> None:
        """Give one answer; « EF1 / Position » is the field « Position » of the part titled EF1."""
        part, _, own = label.rpartition(" / ")
        self._within = self._part(part) if part else self.page.locator("body")
        labelled = self._within.get_by_label(_spaced(own, whole=True))  # starred or not
        self._give_answer(labelled.and_(self.page.locator(CONTROLS)), own, answer)

    def _part(self, title: str) -> Locator:
        return self.page.get_by_role("group").filter(
            has=self.page.get_by_role("heading", name=f"{title} :")
        )

    def _give_answer(self, control: Locator, label: str, answer: Answer) -> None:
        kind = control_kind(control)
        if isinstance(answer, bool):
            self._tick(control)
        elif isinstance(answer, Search):
            self._search(control, label, answer)
        elif kind == "select":
            self._pick(control, answer)
        elif kind == "fieldset":
            self._tick(control.get_by_label(answer, exact=True))
        else:
            self._type(control, answer)
            if kind == "combobox":
                self.page.keyboard.press("Tab")  # as one goes on, the proposals go away

    def _tick(self, box: Locator) -> None:
        """Or the button of a radio group."""
        box.check()

    def _pick(self, control: Locator, label: str) -> None:
        control.select_option(label=label)

    def _type(self, control: Locator, words: str) -> None:
        control.fill(words)

    def _search(self, control: Locator, label: str, answer: Search) -> None:
        control.click()
        control.press_sequentially(answer.words)
        self.page.get_by_role("option", name=answer.taken, exact=True).click()


def control_kind(control: Locator) -> str:
    """« select », « fieldset », « combobox » (a search) or « input »."""
    kind = control.evaluate(
        "element => element.getAttribute('role') === 'combobox' ? 'combobox' : element.localName"
    )
    return str(kind)


def _spaced(words: str, *, whole: bool = False) -> re.Pattern[str]:
    """The words with any white space between them; `whole`: and nothing else but a star."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    pattern = pattern.replace("'", "['’]")
    return re.compile(rf"^\s*{pattern}(\s\*)?\s*$" if whole else pattern)


class KeyboardUser(MouseUser):
    """Who has a keyboard and nothing else, and must always see where the focus is: Tab and
    Shift+Tab lead to a control; Enter, Space, arrows, letters act on it. Each stop is looked at.
    """

    def activate(self, target: Locator) -> None:
        self.move_focus_to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def choose_file(self, label: str, file: Path) -> None:
        # Expected from before: the browser is told to hand choosers over without saying when it has
        # understood.
        with self.page.expect_file_chooser(timeout=60_000) as chooser:
            self.move_focus_to(self.page.get_by_label(label))
            self.page.keyboard.press("Enter")
        chooser.value.set_files(file)

    def move_focus_to(self, target: Locator, *, onwards: bool = False) -> None:
        """Go from stop to stop until the focus is there. `onwards`: it must lie ahead, as it does
        for who reads on."""
        stops: list[str] = []
        for _ in range(MOST_STOPS):
            focus = self._focus_seen_from(target)
            assert not focus["unseen"], (
                f"« {focus['name']} » has the focus and {focus['unseen']}, at {self.page.url}"
            )
            if focus["there"]:
                return
            assert not (onwards and focus["back"]), f"{target} lies behind « {focus['name']} »"
            stops.append(focus["name"])
            self.page.keyboard.press("Shift+Tab" if focus["back"] else "Tab")
        raise AssertionError(
            f"{target} is not reached by the keyboard; the last stops were {stops[-20:]}"
        )

    def _focus_seen_from(self, target: Locator) -> dict[str, Any]:
        """Where the focus is. A form that is renewed just now may take it off the screen for that
        moment only."""
        until = time.monotonic() + SETTLED_SECONDS
        while True:
            focus = target.evaluate(_FOCUS)
            if (focus and not focus["unseen"]) or time.monotonic() > until:
                return dict(
                    focus or {"unseen": "is in a form that is renewed for ever", "name": ""}
                )

    def _give_answer(self, control: Locator, label: str, answer: Answer) -> None:
        self.move_focus_to(control, onwards=True)
        super()._give_answer(control, label, answer)

    def _tick(self, box: Locator) -> None:
        """It has the focus, or another of its radio group has it."""
        for _ in range(MOST_LINES):
            if box.evaluate("element => element === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def _type(self, control: Locator, words: str) -> None:
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)
        expect(control).to_have_value(words)

    def _search(self, control: Locator, label: str, answer: Search) -> None:
        self._type(control, answer.words)
        wanted = self.page.get_by_role("option", name=answer.taken, exact=True)
        expect(wanted).to_be_visible()
        for _ in range(MOST_LINES):
            self.page.keyboard.press("ArrowDown")
            if wanted.get_attribute("aria-selected") == "true":
                break
        self.page.keyboard.press("Enter")
        expect(control).to_have_value(answer.taken)

    def _pick(self, control: Locator, label: str) -> None:
        """The first letters lead near it, the arrows to it. A letter with an accent is no key of
        every keyboard."""
        self.page.keyboard.type(re.split(r"[^ -~]", label)[0])
        chosen = control.locator("option:checked")
        for _ in range(MOST_LINES):
            if chosen.inner_text().strip() == label:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"« {label} » is not reached by the keyboard: {chosen.inner_text()}")


class ScriptlessUser(MouseUser):
    """Whose browser runs no script, with a keyboard and no mouse: searches are a button and a list
    on the next page; a choice that changes the form is sent by « Actualiser »."""

    def activate(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.focus()
            target.press("Enter")

    def _give_answer(self, control: Locator, label: str, answer: Answer) -> None:
        super()._give_answer(control, label, answer)
        button = self._within.get_by_role(
            "button", name=f"Actualiser selon le choix « {label} »", exact=True
        )
        if button.count():
            self.activate(button)

    def _tick(self, box: Locator) -> None:
        box.focus()
        box.press("Space")
        expect(box).to_be_checked()

    def _search(self, control: Locator, label: str, answer: Search) -> None:
        """What is found is not asked for again."""
        if control_kind(control) == "fieldset":
            self._tick(control.get_by_label(answer.taken, exact=True))
            return
        control.fill(answer.words)
        self.press(f"Rechercher : {label}")
        self._tick(self.page.get_by_role("radio", name=answer.taken, exact=True))


class ZoomedUser(MouseUser):
    """Who has zoomed to 400 %: 1280 × 1024 pixels then show what 320 × 256 would (RGAA 10.11).
    Checks the layout of every page that is reached; the menu is behind its button."""

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
