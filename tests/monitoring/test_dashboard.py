"""The dashboard, as it follows from the panels, each of which leads to the section that says what to do."""

from deploy.tools.dashboards import dashboards
from tests.monitoring.definitions import FOLDER, PANELS, SECTIONS


def test_the_files_are_what_follows_from_the_panels_and_the_page() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "dashboards").iterdir()}
    assert files == dashboards(), "make definitions"


def test_each_panel_leads_to_what_is_to_be_done() -> None:
    for title, panel in PANELS.items():
        [link] = panel["links"]
        address, _, number = link["url"].partition("?viewPanel=panel-")
        assert address == "/d/portail-que-faire", title
        assert SECTIONS[int(number)]["options"]["content"].splitlines()[0].strip(), title
