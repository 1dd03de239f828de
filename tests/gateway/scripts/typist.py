"""A candidate who types into the tabs of their own draft in Chromium: for the autosave."""

import re

from playwright.sync_api import Locator, Page, expect

from services.contracts import page_labels
from tests.accounts.creation_form import PASSWORD
from tests.support.in_process_portal import InProcessPortal

SAVED = re.compile(r"Brouillon enregistré à \d\d:\d\d – pas encore transmis")
NOT_SAVED = "Non enregistré, nouvel essai…"
OFFLINE = "Hors ligne : ce que vous tapez reste dans cette page et sera enregistré au retour du réseau."
ENDED = "Votre session est terminée"
PATIENCE_MS = 40_000  # the longest pause between two tries, on a busy machine
IDENTIFICATION, CANDIDATURE = 2, 3


class Typist:
    """On the tabs of their own draft; `posts` are the URLs posted to so far."""

    def __init__(self, page: Page, portal: InProcessPortal, email: str, draft: str) -> None:
        self.page, self.url, self.email, self.draft = page, portal.url, email, portal.url + draft
        self.posts: list[str] = []
        page.on("request", lambda request: self.posts.append(request.url) if request.method == "POST" else None)

    def logs_in(self, there: Page) -> None:
        there.goto(f"{self.url}/connexion")
        self.identifies(there)
        there.wait_for_url(f"{self.url}/")

    def identifies(self, there: Page) -> None:
        there.get_by_label("Identifiant de connexion").fill(self.email)
        there.get_by_label("Mot de passe *", exact=True).fill(PASSWORD)
        there.get_by_role("button", name=page_labels.LOG_IN).click()

    def opens(self, number: int, page: Page | None = None) -> None:
        (page or self.page).goto(f"{self.draft}/{number}")

    def field(self, name: str, page: Page | None = None) -> Locator:
        return (page or self.page).locator(f"[name={name}]")

    def line(self, page: Page | None = None) -> Locator:
        return (page or self.page).locator("#saisie [data-etat]")

    def reads(self, words: str | re.Pattern[str], page: Page | None = None) -> None:
        expect(self.line(page)).to_have_text(words, timeout=PATIENCE_MS)

    def holds(self, name: str, value: str) -> None:
        """What the server has, seen by another window that is opened now."""
        other = self.page.context.new_page()
        self.opens(IDENTIFICATION, other)
        expect(self.field(name, other)).to_have_value(value)
        other.close()

    @property
    def saves(self) -> int:
        return sum(url.endswith("/saisie") for url in self.posts)
