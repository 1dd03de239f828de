"""A candidate in a browser of the launched portal. What is not to be pictured is posted without the page, for speed."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page

from tests.accounts.creation_form import PASSWORD, creation_form
from tests.registrations.domain.example_dossier import ANSWERS

_numbers = itertools.count(1)
_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/(?:compte|gestion)/[a-z-]+/[\w-]+)")
MAIL_SECONDS = 30.0
BESANCON, AMIENS, REIMS = (f"domaine=Examen&exam=BTS&session=2022&academie={code}" for code in ("03", "20", "19"))
# The guide's candidate, with an answer to every question of each tab.
ALL_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    **ANSWERS,
    "epreuves": {**ANSWERS["epreuves"], "position-EF2": "non_inscrit"},
}


class BrowserCandidate:
    """`page` is the window that is pictured; `email` the address of the account."""

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

    def waits_for_autosave_line(self, words: str) -> None:
        """Wait until the line of the autosave says this."""
        self.page.locator("#saisie [data-etat]", has_text=words).wait_for()

    def follow(self, part: str) -> Page:
        """Follow the first link of the page whose address has this part."""
        with self.page.expect_navigation():
            self.page.locator(f"main a[href*='{part}']").first.click()
        return self.page

    def post(self, path: str, fields: Mapping[str, Any]) -> Any:
        """Post a form with the browser's cookies, without leaving the page."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        address = f"{self.url}{path}"
        return self.context.request.post(address, data=_encoded(fields), headers=headers, max_redirects=0)

    # Account

    def creation_answers(self, **changes: Any) -> dict[str, Any]:
        return creation_form(email=self.email, email_confirmation=self.email, nom_famille="DUBOIS",
                     nom_famille_confirmation="DUBOIS", prenoms="Pierre", **changes)  # fmt: skip

    def creates_account(self) -> None:
        answer = self.post("/compte/creation", self.creation_answers())
        assert answer.status == 303, page_text(answer)

    def mailed_link(self, about: str = "", pages: str = "compte") -> str:
        """The path of the newest link mailed to this address, waited for; `about`: what follows /compte/ in it."""
        deadline = time.monotonic() + MAIL_SECONDS
        while not (link := self._mailed_link(f"/{pages}/{about}")):
            assert time.monotonic() < deadline, f"no link « {about} » mailed to {self.email}"
            time.sleep(0.3)
        return link

    def _mailed_link(self, beginning: str) -> str | None:
        listed = self.context.request.get(f"{self.url}/mails").text()
        for path in re.findall(r'href="(/mails/[^"]+)"', listed):
            text = self.context.request.get(f"{self.url}{path}").text()
            match = _LINK.search(text)
            if match and f"À {self.email}" in text and match[1].startswith(beginning):
                return match[1]
        return None

    def activates_account(self) -> None:
        answer = self.post(self.mailed_link(), {})
        assert answer.status == 303, page_text(answer)

    def logs_in(self) -> BrowserCandidate:
        answer = self.post("/connexion", {"identifiant": self.email, "password": PASSWORD})
        assert answer.status == 303, page_text(answer)
        return self

    def creates_account_and_logs_in(self) -> BrowserCandidate:
        """With an activated account, logged in."""
        self.creates_account()
        self.activates_account()
        return self.logs_in()

    # Registration

    def opens_draft(self, chosen: str = BESANCON) -> str:
        """Press « Valider »; the path of the draft's tabs."""
        self.open(f"/inscription?{chosen}")
        self.press("Valider")
        return self.draft_path()

    def draft_path(self) -> str:
        """The path of the tabs of which one is shown."""
        return self.page.url.removeprefix(self.url).rpartition("/")[0]

    def writes_tab(self, draft: str, number: int, answers: Mapping[str, Any], action: str = "next") -> Any:
        shown = self.context.request.get(f"{self.url}{draft}/{number}").text()
        revision = re.search(r'name="revision" value="(\d+)"', shown)
        assert revision, shown
        return self.post(f"{draft}/{number}", {"revision": revision[1], "action": action, **answers})

    def fills_tabs(self, draft: str, answers: Mapping[str, Mapping[str, Any]] = ALL_ANSWERS) -> None:
        for number, tab in enumerate(TABS, start=1):
            answer = self.writes_tab(draft, number, answers.get(tab, {}))
            assert answer.status == 303, (tab, page_text(answer))

    def registers(self) -> str:
        """A saved candidature, its id."""
        draft = self.opens_draft()
        self.fills_tabs(draft)
        answer = self.writes_tab(draft, len(TABS) + 1, {}, action="save")
        assert answer.status == 303, page_text(answer)
        return str(answer.headers["location"].split("/inscriptions/")[1].split("/")[0])


TABS = ("previous", "identification", "candidature", "qualification", "acquis", "diploma", "epreuves", "recap")


def page_text(answer: Any) -> str:
    """Status, address and text of an unexpected answer, without the page's frame."""
    content = answer.text().partition("<main")[2].partition("</main")[0]
    return f"{answer.status} {answer.url}: {' '.join(re.sub('<[^>]+>', ' ', content).split())[:1500]}"


def _encoded(fields: Mapping[str, Any]) -> str:
    pairs = [(name, item) for name, value in fields.items() for item in (value if isinstance(value, list) else [value])]
    return urlencode(pairs)
