"""A user with mouse and JavaScript: fills fields by their labels, presses buttons and follows links by their words."""

import re
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.journeys.personas import Answer, Search
from tests.journeys.text_reading import normalized

CONTROLS = "input, select, textarea, fieldset[role]"


class MouseUser:
    """Acts on a page of the portal at `url`. The users with other means are its subclasses."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self._within = page.locator("body")  # the part of the page that is being filled in

    # -- reading -------------------------------------------------------------------------------------------------

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
            raise AssertionError(f"« {title} » was expected, the page says: {self.text[:1500]}") from error

    # -- acting --------------------------------------------------------------------------------------------------

    def activate(self, target: Locator) -> None:
        target.click()

    def press(self, words: str) -> None:
        self.activate(self.page.get_by_role("button", name=words, exact=True))

    def follow(self, words: str) -> None:
        self.activate(self.page.get_by_role("main").get_by_role("link", name=words, exact=True).first)

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
        self._give_answer(control_labelled(self._within, own), own, answer)

    def _part(self, title: str) -> Locator:
        return self.page.get_by_role("group").filter(has=self.page.get_by_role("heading", name=f"{title} :"))

    def _give_answer(self, control: Locator, label: str, answer: Answer) -> None:
        kind = control_kind(control)
        if isinstance(answer, bool):
            control.check()
        elif isinstance(answer, Search):
            self._search(control, label, answer)
        elif kind == "select":
            control.select_option(label=answer)
        elif kind == "fieldset":
            control.get_by_label(answer, exact=True).check()
        else:
            control.fill(answer)
            if kind == "combobox":
                control.press("Tab")  # as one goes on, the proposals go away

    def _search(self, control: Locator, label: str, answer: Search) -> None:
        control.click()
        control.press_sequentially(answer.words)
        self.page.get_by_role("option", name=answer.taken, exact=True).click()


def control_labelled(within: Locator, label: str) -> Locator:
    """The control with this label, starred or not."""
    return within.get_by_label(_spaced(label, whole=True)).and_(within.page.locator(CONTROLS))


def control_kind(control: Locator) -> str:
    """« select », « fieldset », « combobox » (a search) or « input »."""
    kind = control.evaluate("one => one.getAttribute('role') === 'combobox' ? 'combobox' : one.localName")
    return str(kind)


def _spaced(words: str, *, whole: bool = False) -> re.Pattern[str]:
    """The words with any white space between them; `whole`: and nothing else but a star."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    pattern = pattern.replace("'", "['’]")
    return re.compile(rf"^\s*{pattern}(\s\*)?\s*$" if whole else pattern)
