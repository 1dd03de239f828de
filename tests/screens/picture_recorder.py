"""Pictures of a page at each width, what axe finds in them, and which routes were pictured."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from tests.support.accessibility import violations
from tests.support.chromium import DESKTOP, OFFICE_SCREEN, TELEPHONE

SIZES = {"1280": DESKTOP, "360": TELEPHONE}
SIZES_AT_WORK = {**SIZES, "1920": OFFICE_SCREEN}
"""Of the pages of gestionnaires."""


class PictureRecorder:
    """Pictures go to `folder`/NAME-WIDTH.png; `routes` is the gateway's map, to know which page an address is."""

    def __init__(self, folder: Path, routes: Map) -> None:
        self.folder = folder
        self.names: list[str] = []
        self.findings: list[str] = []
        self.pictured_routes: set[str] = set()
        self._routes = routes.bind("127.0.0.1")
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()

    def record(self, page: Page, name: str, shows: str | None = None) -> None:
        """Picture the page as it stands, at each width. `shows` names the rule where the address does not tell."""
        rule = self._note_page(page, name, shows)
        for width, size in (SIZES_AT_WORK if rule.startswith("/gestion") else SIZES).items():
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True)
            path = urlsplit(page.url).path
            self.findings += [f"{name}-{width} ({path}): {violation}" for violation in violations(page)]
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]

    def record_without_script(self, page: Page, name: str) -> None:
        """Picture a page of a browser without JavaScript, at the telephone's width; axe is a script and stays out."""
        self._note_page(page, f"{name}-sans-script", None)
        page.screenshot(path=self.folder / f"{name}-sans-script-360.png", full_page=True)

    def _note_page(self, page: Page, name: str, shows: str | None) -> str:
        """The rule of the page's route."""
        assert name not in self.names, f"two pictures are named {name}"
        self.names.append(name)
        rule = shows or self._rule_of(page.url)
        self.pictured_routes.add(rule)
        return rule

    def _rule_of(self, url: str) -> str:
        try:
            rule, _ = self._routes.match(urlsplit(url).path, method="GET", return_rule=True)
        except HTTPException:
            return "error"
        return rule.rule
