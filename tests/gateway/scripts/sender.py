"""A candidate who sends files from a browser, and the parts that the browser sends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, Response, Route, expect

from gateway.cookies import SESSION_COOKIE, cookie_name
from gateway.file_rules import SENT_PART_BYTES
from services.contracts import page_labels
from tests.gateway.candidates import CandidateFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import InProcessPortal
from tests.support.scriptless_browser import ScriptlessBrowser

KIBIBYTE = 1024
PART = SENT_PART_BYTES
SLOW = 400 * 1000 / 8  # bytes per second of a line of 400 kbit/s


def take_session_over(page: Page, portal: InProcessPortal, browser: ScriptlessBrowser, cookie: str) -> None:
    """The page's profile has the session that is open in `browser`, without going by the pages of the log-in."""
    name = cookie_name(portal.gateway.app.extensions["portail"], cookie)
    page.context.add_cookies([{"name": name, "value": str(browser.cookie(name)), "url": portal.url}])


class Sender:
    """`sent_offsets` are those of the parts sent, `accepted_offsets` those of the parts that the portal has."""

    def __init__(self, portal: InProcessFourServices, candidates: CandidateFactory, page: Page, folder: Path) -> None:
        self.portal, self.candidates, self.page, self.folder = portal, candidates, page, folder
        self.sent_offsets: list[int] = []
        self.accepted_offsets: list[int] = []
        self.email = candidates.create_activated_account()
        candidates.register(self.email)
        portal.deliver_events()
        self.logs_in()
        self.opens("Ajouter")
        page.on("request", self._on_request)
        page.on("response", self._on_response)

    def logs_in(self) -> None:
        take_session_over(self.page, self.portal, self.candidates.log_in(self.email), SESSION_COOKIE)

    def logs_out(self) -> None:
        self.page.context.clear_cookies()

    def opens(self, action: str) -> None:
        """« Mes justificatifs », and there the first link of that name."""
        self.page.goto(f"{self.portal.url}/justificatifs")
        self.page.locator("main .fr-tile a").first.click()
        self.page.get_by_role("link", name=action).first.click()
        self.page.get_by_role("heading", level=1, name=page_labels.DEPOSIT_FORM).wait_for()
        self.page.wait_for_load_state()  # until its scripts run, the form is sent whole

    def chooses(self, *files: tuple[str, bytes]) -> None:
        for name, content in files:
            (self.folder / name).write_bytes(content)
        self.page.get_by_label("Choisir un fichier").set_input_files([self.folder / name for name, _ in files])

    def sends(self, *files: tuple[str, bytes]) -> None:
        if files:
            self.chooses(*files)
        self.page.get_by_role("button", name="Envoyer", exact=True).click()

    def at_part(self, number: int, act: Callable[[Route], None]) -> None:
        """Let `act` decide on that part, once, instead of sending it."""
        ahead = [number * PART]

        def decide(route: Route) -> None:
            if route.request.method == "PATCH" and ahead and _offset(route.request) == ahead[0]:
                ahead.clear()
                act(route)
            else:
                route.continue_()

        self.page.route("**/envois/**", decide)

    def says(self, words: str) -> None:
        self.page.locator("[data-etat]").filter(has_text=words).wait_for(timeout=60_000)

    def is_refused(self, words: str) -> None:
        """The file's own message, and the focus where another can be chosen."""
        self.page.locator(".fr-message--error").filter(has_text=words).wait_for(timeout=60_000)
        expect(self.page.locator("[name=fichier]")).to_be_focused()

    def is_asked_whether_it_is_legible(self) -> None:
        here = self.page.get_by_role("heading", level=1, name=page_labels.LEGIBILITY, exact=True)
        refused = self.page.locator(".fr-message--error").filter(has_text="e")
        here.or_(refused).first.wait_for(timeout=60_000)
        assert here.count(), self.page.inner_text("main")

    def set_line_speed(self, bytes_per_second: float) -> None:
        self._line = self.page.context.new_cdp_session(self.page)
        self.line(bytes_per_second)

    def line(self, bytes_per_second: float = -1, *, offline: bool = False) -> None:
        rates = {"uploadThroughput": bytes_per_second, "downloadThroughput": bytes_per_second}
        self._line.send("Network.emulateNetworkConditions", {"offline": offline, "latency": 50, **rates})

    def file(self) -> bytes:
        """The file as the gestionnaire would read it."""
        path = self.page.locator("main a[href*='/justificatifs/fichier/']").first.get_attribute("href")
        assert path
        answer = self.page.context.request.get(f"{self.portal.url}{path}")
        assert answer.ok, answer.text()
        return answer.body()

    def _on_request(self, request: Request) -> None:
        if request.method == "PATCH":
            self.sent_offsets.append(_offset(request))

    def _on_response(self, response: Response) -> None:
        if response.request.method == "PATCH" and response.ok:
            self.accepted_offsets.append(_offset(response.request))


def _offset(request: Any) -> int:
    return int(request.headers["upload-offset"])
