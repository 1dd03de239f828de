"""Someone at a browser of the launched portal: what he presses, what his mails hold, what he registers."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page

from tests.accounts.creation_form import PASSWORD, creation_form
from tests.registrations.domain.bts import ANSWERS

_numbers = itertools.count(1)
_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/compte/[a-z-]+/[\w-]+)")
BESANCON, AMIENS, REIMS = (f"domaine=Examen&exam=BTS&session=2022&academie={code}" for code in ("03", "20", "19"))
# The guide's candidate with everything that he could say on each tab.
FULL: Mapping[str, Mapping[str, Any]] = {
    **ANSWERS,
    "epreuves": {**ANSWERS["epreuves"], "position-EF2": "non_inscrit"},
}


class Person:
    """`page` is his window; `email` his address once he has typed it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.context = context
        self.page: Page = context.new_page()
        self.email = f"pierre.dubois{next(_numbers)}@example.org"

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.page

    def press(self, label: str) -> Page:
        """Press the first button or link of the page's content that bears these words, and wait for what follows."""
        content = self.page.locator("main, body:not(:has(main))")
        named = content.get_by_role("button", name=label, exact=True).or_(
            content.get_by_role("link", name=label, exact=True)
        )
        with self.page.expect_navigation():
            named.first.click()
        return self.page

    def submit(self) -> Page:
        """Press the last button of the page's form, whatever its words."""
        with self.page.expect_navigation():
            self.page.locator("main form button[type=submit]").last.click()
        return self.page

    def is_told(self, words: str) -> None:
        """Wait until the page says this of what is typed."""
        self.page.locator("#saisie [data-etat]", has_text=words).wait_for()

    def follow(self, part: str) -> Page:
        """Follow the first link of the page whose address has this part."""
        with self.page.expect_navigation():
            self.page.locator(f"main a[href*='{part}']").first.click()
        return self.page

    def send(self, path: str, fields: Mapping[str, Any]) -> Any:
        """Post a form as his browser would, without leaving the page."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        address = f"{self.url}{path}"
        return self.context.request.post(address, data=_encoded(fields), headers=headers, max_redirects=0)

    # Account

    def typed(self, **changes: Any) -> dict[str, Any]:
        return creation_form(email=self.email, email_confirmation=self.email, nom_famille="DUBOIS",
                     nom_famille_confirmation="DUBOIS", prenoms="Pierre", **changes)  # fmt: skip

    def creates(self) -> None:
        answer = self.send("/compte/creation", self.typed())
        assert answer.status == 303, said(answer)

    def link(self, about: str = "", seconds: float = 20) -> str:
        """The path of the newest link mailed to him (`about` begins what stands after /compte/), within seconds."""
        deadline = time.monotonic() + seconds
        while not (found := self._mailed_link(about)):
            assert time.monotonic() < deadline, f"no link « {about} » mailed to {self.email}"
            time.sleep(0.3)
        return found

    def _mailed_link(self, about: str) -> str | None:
        listed = self.context.request.get(f"{self.url}/mails").text()
        for path in re.findall(r'href="(/mails/[^"]+)"', listed):
            text = self.context.request.get(f"{self.url}{path}").text()
            found = _LINK.search(text)
            if found and f"À {self.email}" in text and found[1].startswith(f"/compte/{about}"):
                return found[1]
        return None

    def activates(self) -> None:
        answer = self.send(self.link(), {})
        assert answer.status == 303, said(answer)

    def logs_in(self) -> Person:
        answer = self.send("/connexion", {"identifiant": self.email, "password": PASSWORD})
        assert answer.status == 303, said(answer)
        return self

    def arrives(self) -> Person:
        """With an activated account, logged in."""
        self.creates()
        self.activates()
        return self.logs_in()

    # Registration

    def begins(self, chosen: str = BESANCON) -> str:
        """Press « Valider »; the path of the draft's tabs."""
        self.open(f"/inscription?{chosen}")
        self.press("Valider")
        return self.page.url.removeprefix(self.url).rpartition("/")[0]

    def writes(self, draft: str, number: int, answers: Mapping[str, Any], action: str = "next") -> Any:
        shown = self.context.request.get(f"{self.url}{draft}/{number}").text()
        revision = re.search(r'name="revision" value="(\d+)"', shown)
        assert revision, shown
        return self.send(f"{draft}/{number}", {"revision": revision[1], "action": action, **answers})

    def fills(self, draft: str, answers: Mapping[str, Mapping[str, Any]] = FULL) -> None:
        for number, tab in enumerate(TABS, start=1):
            answer = self.writes(draft, number, answers.get(tab, {}))
            assert answer.status == 303, (tab, said(answer))

    def registers(self) -> str:
        """A saved candidature, its id."""
        draft = self.begins()
        self.fills(draft)
        answer = self.writes(draft, len(TABS) + 1, {}, action="save")
        assert answer.status == 303, said(answer)
        return str(answer.headers["location"].split("/inscriptions/")[1].split("/")[0])


TABS = ("previous", "identification", "candidature", "qualification", "acquis", "diploma", "epreuves", "recap")


def said(answer: Any) -> str:
    """What a page that was not expected says, without its frame."""
    content = answer.text().partition("<main")[2].partition("</main")[0]
    return f"{answer.status} {answer.url}: {' '.join(re.sub('<[^>]+>', ' ', content).split())[:1500]}"


def _encoded(fields: Mapping[str, Any]) -> str:
    pairs = [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]
    return urlencode(pairs)
