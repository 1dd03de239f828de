"""The dashboard: its queries read what there is, and each panel leads to the section that says what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from deploy.tools.dashboards import dashboards
from tests.monitoring.expressions import selectors, unknown_names
from tests.monitoring.panels import FOLDER, PANELS, QUERIES, SECTIONS
from tests.monitoring.rule_files import RECORDED, ROOT, known_series, promtool

PAGE, EVENING, OBJECTIVES = (
    (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("operations.md", "last-evening.md", "objectives.md")
)
_PANEL_NAMED = re.compile(r"\*\*« (.+?) »\*\*")


def test_the_files_are_what_follows_from_the_panels_and_the_page() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "dashboards").iterdir()}
    assert files == dashboards(), "make definitions"


@pytest.mark.parametrize(("panel", "query"), QUERIES)
def test_a_query_reads_metrics_that_there_are_with_these_labels(panel: str, query: str) -> None:
    assert selectors(query)
    assert unknown_names(query, known_series()) == set()


def test_prometheus_can_parse_every_query(tmp_path: Path) -> None:
    rules = [{"record": f"query:{number}", "expr": query} for number, (_, query) in enumerate(QUERIES)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}), encoding="utf-8")
    promtool("check", "rules", file)


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows_and_leads_to_what_is_to_be_done(panel: str) -> None:
    assert PANELS[panel]["description"].endswith(".")
    [link] = PANELS[panel]["links"]
    address, _, number = link["url"].partition("?viewPanel=panel-")
    section = SECTIONS[int(number)]
    assert address == "/d/portail-que-faire"
    assert f"# {section['title']}\n" in PAGE
    assert section["options"]["content"].splitlines()[0].strip()


def test_panels_lie_beside_each_other() -> None:
    taken = [
        (panel["gridPos"]["x"] + dx, panel["gridPos"]["y"])
        for panel in PANELS.values()
        for dx in range(panel["gridPos"]["w"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_pages_name_panels_and_recorded_figures_that_there_are() -> None:
    dashboard = PAGE.partition("\n## Dashboard\n")[2].partition("\n## ")[0]
    named = set(_PANEL_NAMED.findall(dashboard + EVENING))
    assert len(named) > 10
    assert named <= set(PANELS)
    assert set(re.findall(r"`(objective:[\w:]+)`", OBJECTIVES)) == set(RECORDED)
    shown = {name for _, query in QUERIES for name, _ in selectors(query)}
    assert set(RECORDED) <= shown
