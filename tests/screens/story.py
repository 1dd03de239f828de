"""What a story (a function that pictures a sequence of pages) works with: people in browsers of the
launched portal, the recorder of their pages. What is not to be pictured is posted without the page,
for speed."""

import contextlib
import itertools
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from services.contracts import page_labels
from tests.accounts.creation_form import PASSWORD, creation_form
from tests.registrations.domain.example_dossier import ANSWERS
from tests.support.accessibility import violations
from tests.support.chromium import DESKTOP, OFFICE_SCREEN, TELEPHONE, french_profile
from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import wait_until
from tests.support.running_portal import MAIL_SECONDS, RunningPortal

SECONDS = 30.0
"""Within which a worker has done what follows."""
SIZES = {"1280": DESKTOP, "360": TELEPHONE}
SIZES_AT_WORK = {**SIZES, "1920": OFFICE_SCREEN}
"""Of the pages of gestionnaires."""
Answers = Mapping[str, Mapping[str, Any]]
BESANCON = "domaine=Examen&exam=BTS&session=2022&academie=03"
TABS = (
    "previous",
    "identification",
    "candidature",
    "qualification",
    "acquis",
    "diploma",
    "epreuves",
    "recap",
)
OF_THE_GUIDE: Answers = {tab: ANSWERS.get(tab, {}) for tab in TABS} | {
    "epreuves": {**ANSWERS["epreuves"], "position-EF2": "non_inscrit"}
}
"""The guide's candidate, with an answer to every question of each tab."""
_numbers = itertools.count(1)
_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/(?:compte|gestion)/[a-z-]+/[\w-]+)")


class PictureRecorder:
    """Pictures go to `folder`/NAME-WIDTH.png; `routes` is the gateway's map, to know which page an
    address is."""

    def __init__(self, folder: Path, routes: Map) -> None:
        self.folder = folder
        self.names: list[str] = []
        self.findings: list[str] = []
        self.pictured_routes: set[str] = set()
        self._routes = routes.bind("127.0.0.1")
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()

    def record(self, page: Page, name: str) -> None:
        """Picture the page as it stands, at each width, and what axe finds in it."""
        path = self._note_page(page, name)
        for width, size in (SIZES_AT_WORK if path.startswith("/gestion") else SIZES).items():
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True)
            self.findings += [
                f"{name}-{width} ({path}): {violation}" for violation in violations(page)
            ]
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]

    def record_without_script(self, page: Page, name: str) -> None:
        """Picture a page of a browser without JavaScript, at the telephone's width; axe is a script
        and stays out."""
        self._note_page(page, f"{name}-sans-script")
        page.screenshot(path=self.folder / f"{name}-sans-script-360.png", full_page=True)

    def _note_page(self, page: Page, name: str) -> str:
        """Its path. What answers no GET is no page of its own: it is shown again by a form."""
        assert name not in self.names, f"two pictures are named {name}"
        self.names.append(name)
        path = urlsplit(page.url).path
        with contextlib.suppress(HTTPException):
            self.pictured_routes.add(
                self._routes.match(path, method="GET", return_rule=True)[0].rule
            )
        return path


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

    def press(self, label: str, **texts: str) -> Page:
        """Fill in these fields, press the first button or link of the page's content that bears
        these words, and wait for what follows."""
        self.fill(**texts)
        content = self.page.locator("main, body:not(:has(main))")
        button = content.get_by_role("button", name=label, exact=True)
        return self._click(button.or_(content.get_by_role("link", name=label, exact=True)).first)

    def submit(self) -> Page:
        """Press the last button of the page's form, whatever its words."""
        return self._click(self.page.locator("main form button[type=submit]").last)

    def _click(self, clicked: Locator) -> Page:
        """Wait for the next page, or for the content that a script of this one has put in the place
        of the former."""
        self.page.evaluate("(document.querySelector('main') || document.body).dataset.left = ''")
        clicked.click()
        self.page.locator("main:not([data-left]), body:not(:has(main)):not([data-left])").wait_for(
            state="attached"
        )
        self.page.wait_for_load_state()
        return self.page

    def follow(self, part: str) -> Page:
        """Follow the first link of the page whose address has this part."""
        return self._click(self.page.locator(f"main a[href*='{part}']").first)

    def reads(self, path: str) -> str:
        """A page, read with the browser's cookies, without leaving the one that is shown."""
        return self.context.request.get(f"{self.url}{path}").text()

    def post(self, path: str, fields: Mapping[str, Any]) -> str:
        """Post a form likewise; where it led to. Fails where the form was not accepted."""
        headers = {"Origin": self.url}
        answer = self.context.request.post(
            f"{self.url}{path}", form=dict(fields), headers=headers, max_redirects=0
        )
        assert answer.status == 303, (
            f"{answer.status} {answer.url}: {answer.text().partition('<main')[2][:3000]}"
        )
        return answer.headers["location"]

    # Account

    def creates_account(self) -> None:
        names = {"nom_famille": "DUBOIS", "nom_famille_confirmation": "DUBOIS", "prenoms": "Pierre"}
        self.post("/compte/creation", creation_form(email=self.email, **names))

    def mailed_link(self, about: str = "", pages: str = "compte") -> str:
        """The path of the newest link mailed to this address, waited for; `about`: what follows
        /compte/ in it."""

        def links() -> list[str]:
            mailed = [
                path for mail in self.portal.mails(self.email) for path in _LINK.findall(mail.text)
            ]
            return [path for path in mailed if path.startswith(f"/{pages}/{about}")]

        wait_until(
            lambda: bool(links()), MAIL_SECONDS, f"a link « {about} » mailed to {self.email}"
        )
        return links()[-1]

    def logs_in(self) -> Self:
        self.post("/connexion", {"identifiant": self.email, "password": PASSWORD})
        return self

    def creates_account_and_logs_in(self) -> Self:
        self.creates_account()
        self.post(self.mailed_link(), {})
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

    def writes_tab(
        self, draft: str, number: int, answers: Mapping[str, Any], action: str = "next"
    ) -> str:
        shown = self.reads(f"{draft}/{number}")
        revision = re.search(r'name="revision" value="(\d+)"', shown)
        assert revision, shown
        return self.post(
            f"{draft}/{number}", {"revision": revision[1], "action": action, **answers}
        )

    def fills_tabs(self, draft: str, answers: Answers = OF_THE_GUIDE) -> None:
        for number, of_tab in enumerate(answers.values(), start=1):
            self.writes_tab(draft, number, of_tab)

    def registers(self, chosen: str = BESANCON, answers: Answers = OF_THE_GUIDE) -> str:
        """The id of the candidature. `answers`: of each tab but the last."""
        draft = self.opens_draft(chosen)
        self.fills_tabs(draft, answers)
        saved = self.writes_tab(draft, len(answers) + 1, {}, action="save")
        return saved.split("/inscriptions/")[1].split("/")[0]


class Member(BrowserCandidate):
    """The demonstration's « staff » or « admin »: `account` has address, password and secret of the
    second factor."""

    account: Mapping[str, str]

    @property
    def codes(self) -> pyotp.TOTP:
        return pyotp.TOTP(self.account["totp_secret"])

    def logs_in(self) -> Self:
        """Each code is taken once: where another story has just used it, the next one is waited
        for."""
        self.open("/gestion/connexion")
        while "/connexion" in self.types_log_in(used := self.codes.now()).url:
            self._wait_for_code_after(used)
        return self

    def types_log_in(self, code: str) -> Page:
        """A refused log-in stays in its page."""
        page = self.page
        # Of a try before.
        page.evaluate(
            "document.querySelectorAll('main [role=alert]').forEach(said => said.remove())"
        )
        self.fill(identifiant=self.account["email"], password=self.account["password"], code=code)
        page.get_by_role("main").get_by_role("button", name=page_labels.LOG_IN, exact=True).click()
        refusal = page.get_by_role("main").get_by_role("alert")
        wait_until(
            lambda: "/connexion" not in page.url or refusal.count() > 0,
            SECONDS,
            "the answer",
            pause=0.2,
        )
        page.wait_for_load_state()
        return page

    def press_with_code(self, words: str, **texts: str) -> Page:
        """Press a button that asks for a code of the second factor. Each is taken once: where those
        of the moment are used, the next one is waited for."""

        def is_taken(after: int) -> bool:
            pressed = self.press(words, code=self.codes.at(int(time.time()) + after))
            return pressed.get_by_text("Ce code n'est pas le bon").count() == 0

        self.fill(**texts)
        if not (is_taken(0) or is_taken(self.codes.interval)):
            self._wait_for_code_after(self.codes.now())
            assert is_taken(self.codes.interval)
        return self.page

    def _wait_for_code_after(self, used: str) -> None:
        wait_until(lambda: self.codes.now() != used, 60, "the next code", pause=0.2)


@dataclass
class StoryContext:
    """Shared by all stories; `finished`: how many came to their end."""

    portal: LaunchedPortal
    browser: Browser
    recorder: PictureRecorder
    finished: int = 0
    _opened: list[BrowserContext] = field(default_factory=list)

    def tell(self, story: Callable[..., Any], *given: Any) -> Any:
        """A story to its end, where the browsers of its people are closed."""
        try:
            told = story(self, *given)
        finally:
            while self._opened:
                self._opened.pop().close()
        self.finished += 1
        return told

    def new_candidate(self, **options: Any) -> BrowserCandidate:
        """A candidate with a clean browser profile and no account yet."""
        return BrowserCandidate(self._profile(**options), self.portal)

    def member(self, role: str) -> Member:
        """« staff » or « admin », in a browser of their own."""
        member = Member(self._profile(), self.portal)
        member.account = self.portal.demo[role]
        return member

    def record(self, candidate: BrowserCandidate, pages: Mapping[str, str]) -> None:
        """Picture these pages (paths by the pictures' names) as that candidate sees them."""
        for name, path in pages.items():
            self.recorder.record(candidate.open(path), name)

    def _profile(self, **options: Any) -> BrowserContext:
        self._opened.append(french_profile(self.browser, **options))
        return self._opened[-1]
