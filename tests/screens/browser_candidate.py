"""A candidate in a browser of the launched portal. What is not to be pictured is posted without the page, for speed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page

from tests.accounts.creation_form import PASSWORD, creation_form
from tests.registrations.domain.example_dossier import ANSWERS
from tests.support.processes import wait_until
from tests.support.running_portal import MAIL_SECONDS, RunningPortal

_numbers = itertools.count(1)
_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/(?:compte|gestion)/[a-z-]+/[\w-]+)")
BESANCON = "domaine=Examen&exam=BTS&session=2022&academie=03"
# The guide's candidate, with an answer to every question of each tab.
ALL_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    **ANSWERS,
    "epreuves": {**ANSWERS["epreuves"], "position-EF2": "non_inscrit"},
}
TABS = ("previous", "identification", "candidature", "qualification", "acquis", "diploma", "epreuves", "recap")
OF_THE_GUIDE = {tab: ALL_ANSWERS.get(tab, {}) for tab in TABS}
ONLINE = "domaine=Examen&exam=DCG&session=2022&academie=03"
"""An opening whose registrations are validated online, and what its tabs are answered."""
OF_ONLINE: Mapping[str, Mapping[str, Any]] = {
    "modalites": {"modalites_lues": "oui"},
    "previous": {},
    "identification": ANSWERS["identification"],
    "candidature": {
        **ANSWERS["candidature"], "categorie": "520", "situation": "premiere", "etablissement": "INDIVIDUELS 025",
    },
    "qualification": {"specialite": "DCG", "forme": "progressive"},
    "acquis": {},
    "supplement": {"emploi": "non"},
    "titre": {"titre_inscription": "baccalaureat"},
    "epreuves": {"position-UE14": "non_inscrit"} | {f"position-UE{unit}": "inscrit" for unit in (1, 2, 5, 8, 9, 12)},
    "recap": {},
    "conditions": {"conditions_acceptees": "oui"},
}  # fmt: skip


class BrowserCandidate:
    """`page` is the window that is pictured; `email` the address of the account."""

    def __init__(self, context: BrowserContext, portal: RunningPortal) -> None:
        self.portal = portal
        self.url = portal.url
        self.context = context
        self.page: Page = context.new_page()
        self.email = f"pierre.dubois{next(_numbers)}@example.org"

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.page

    def fill(self, **texts: str) -> None:
        for name, text in texts.items():
            self.page.locator(f"[name={name}]").fill(text)

    def press(self, label: str) -> Page:
        """Press the first button or link of the page's content that bears these words, and wait for what follows."""
        content = self.page.locator("main, body:not(:has(main))")
        named = content.get_by_role("button", name=label, exact=True).or_(
            content.get_by_role("link", name=label, exact=True)
        )
        return self._click(named.first)

    def submit(self) -> Page:
        """Press the last button of the page's form, whatever its words."""
        return self._click(self.page.locator("main form button[type=submit]").last)

    def _click(self, clicked: Locator) -> Page:
        """Wait for the next page, or for the content that a script of this one has put in the place of the former."""
        self.page.evaluate("(document.querySelector('main') || document.body).dataset.left = ''")
        clicked.click()
        self.page.locator("main:not([data-left]), body:not(:has(main)):not([data-left])").wait_for(state="attached")
        self.page.wait_for_load_state()
        return self.page

    def waits_for_autosave_line(self, words: str) -> None:
        """Wait until the line of the autosave says this."""
        self.page.locator("#saisie [data-etat]", has_text=words).wait_for()

    def follow(self, part: str) -> Page:
        """Follow the first link of the page whose address has this part."""
        return self._click(self.page.locator(f"main a[href*='{part}']").first)

    def reads(self, path: str) -> str:
        """A page, read with the browser's cookies, without leaving the one that is shown."""
        return self.context.request.get(f"{self.url}{path}").text()

    def post(self, path: str, fields: Mapping[str, Any]) -> str:
        """Post a form likewise; where it led to. Fails where the form was not accepted."""
        headers = {"Origin": self.url}
        answer = self.context.request.post(f"{self.url}{path}", form=dict(fields), headers=headers, max_redirects=0)
        assert answer.status == 303, f"{answer.status} {answer.url}: {_content(answer.text())[:1500]}"
        return answer.headers["location"]

    # Account

    def creates_account(self) -> None:
        names = {"nom_famille": "DUBOIS", "nom_famille_confirmation": "DUBOIS", "prenoms": "Pierre"}
        self.post("/compte/creation", creation_form(email=self.email, **names))

    def mailed_link(self, about: str = "", pages: str = "compte") -> str:
        """The path of the newest link mailed to this address, waited for; `about`: what follows /compte/ in it."""

        def links() -> list[str]:
            mailed = [path for mail in self.portal.mails(self.email) for path in _LINK.findall(mail.text)]
            return [path for path in mailed if path.startswith(f"/{pages}/{about}")]

        wait_until(lambda: bool(links()), MAIL_SECONDS, f"a link « {about} » mailed to {self.email}")
        return links()[-1]

    def activates_account(self) -> None:
        self.post(self.mailed_link(), {})

    def logs_in(self) -> BrowserCandidate:
        self.post("/connexion", {"identifiant": self.email, "password": PASSWORD})
        return self

    def creates_account_and_logs_in(self) -> BrowserCandidate:
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

    def writes_tab(self, draft: str, number: int, answers: Mapping[str, Any], action: str = "next") -> str:
        shown = self.reads(f"{draft}/{number}")
        revision = re.search(r'name="revision" value="(\d+)"', shown)
        assert revision, shown
        return self.post(f"{draft}/{number}", {"revision": revision[1], "action": action, **answers})

    def fills_tabs(self, draft: str, answers: Mapping[str, Mapping[str, Any]] = OF_THE_GUIDE) -> None:
        for number, of_tab in enumerate(answers.values(), start=1):
            self.writes_tab(draft, number, of_tab)

    def registers(self, chosen: str = BESANCON, answers: Mapping[str, Mapping[str, Any]] = OF_THE_GUIDE) -> str:
        """The id of the candidature. `answers`: of each tab but the last."""
        draft = self.opens_draft(chosen)
        self.fills_tabs(draft, answers)
        saved = self.writes_tab(draft, len(answers) + 1, {}, action="save")
        return saved.split("/inscriptions/")[1].split("/")[0]


def _content(page: str) -> str:
    """The text of a page, without its frame."""
    content = page.partition("<main")[2].partition("</main")[0]
    return " ".join(re.sub("<[^>]+>", " ", content).split())
