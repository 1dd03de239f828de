"""axe-core run inside a page: what it finds against the criteria that RGAA takes from WCAG 2.1 A
and AA."""

from pathlib import Path

from playwright.sync_api import Page

from tests.support.missing_services import NotInstalled

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """Return a line for each violation: rule, what it asks, and the elements at fault; and whether
    the page scrolls sideways.

    The script is evaluated, not added as a tag, so that the page's Content-Security-Policy stays in
    force. Swagger UI is left out: docs/accessibility.md names its faults.
    """
    if not _AXE.exists():
        raise NotInstalled("axe-core", str(_AXE))
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
    results = page.evaluate("options => axe.run({ exclude: ['.swagger-ui'] }, options)", options)
    found = [
        f"{rule['id']}: {rule['help']}: "
        f"{', '.join(str(node['target'][0]) for node in rule['nodes'][:5])}"
        for rule in results["violations"]
    ]
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*found, f"{beyond} px stick out to the right"] if beyond > 0 else found
