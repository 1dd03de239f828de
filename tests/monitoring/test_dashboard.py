"""The dashboard: its queries read what there is, and each panel leads to the section that says what to do."""

from __future__ import annotations

from pathlib import Path

import yaml

from deploy.tools.dashboards import dashboards
from tests.monitoring.definitions import FOLDER, PANELS, QUERIES, RECORDED, SECTIONS, known_series, promtool
from tests.monitoring.expressions import selectors, unknown_names


def test_the_files_are_what_follows_from_the_panels_and_the_page() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "dashboards").iterdir()}
    assert files == dashboards(), "make definitions"


def test_queries_read_metrics_that_there_are_with_these_labels_and_every_recorded_figure() -> None:
    assert [query for _, query in QUERIES if not selectors(query)] == []
    unknown = {panel: unknown_names(query, known_series()) for panel, query in QUERIES}
    assert {panel: names for panel, names in unknown.items() if names} == {}
    assert set(RECORDED) <= {name for _, query in QUERIES for name, _ in selectors(query)}


def test_prometheus_can_parse_every_query(tmp_path: Path) -> None:
    rules = [{"record": f"query:{number}", "expr": query} for number, (_, query) in enumerate(QUERIES)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}), encoding="utf-8")
    promtool("check", "rules", file)


def test_each_panel_leads_to_what_is_to_be_done() -> None:
    for title, panel in PANELS.items():
        [link] = panel["links"]
        address, _, number = link["url"].partition("?viewPanel=panel-")
        assert address == "/d/portail-que-faire", title
        assert SECTIONS[int(number)]["options"]["content"].splitlines()[0].strip(), title


def test_panels_lie_beside_each_other() -> None:
    taken = [
        (panel["gridPos"]["x"] + dx, panel["gridPos"]["y"])
        for panel in PANELS.values()
        for dx in range(panel["gridPos"]["w"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
