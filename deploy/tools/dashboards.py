"""Writes Grafana's dashboards from deploy/monitoring/grafana/panels.yml and operators' pages (`make
definitions`).

« Portail : exploitation » has the panels; « Que faire » has the sections of the pages that they
lead to.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "monitoring" / "grafana"
PAGES = (
    "deploy/monitoring/alerts.md",
    *(f"docs/operations/{name}.md" for name in ("install", "run", "recover")),
)
PANELS_UID = "portail"
SECTIONS_UID = "portail-que-faire"
SECTIONS_URL = f"/d/{SECTIONS_UID}?viewPanel=panel-"
TYPES = {"stat": "stat", "bars": "bargauge", "lines": "timeseries", "table": "table"}
LAST_VALUES = {"reduceOptions": {"calcs": ["lastNotNull"]}, "orientation": "horizontal"}
COLUMNS = 24
HEIGHT = 8
_HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")

Json = dict[str, Any]


def dashboards() -> dict[str, str]:
    """Content of each file of the folder `dashboards` by its name."""
    rows = yaml.safe_load((FOLDER / "panels.yml").read_text(encoding="utf-8"))
    slugs = list(dict.fromkeys(panel["runbook"] for row in rows for panel in row["panels"]))
    panels = list(_placed(item for row in rows for item in _row(row, slugs)))
    sections = _sections()
    texts = list(_placed(_text_panel(*sections[slug]) for slug in slugs))
    return {
        "portail.json": _dashboard(PANELS_UID, "Portail : exploitation", panels, refresh="30s"),
        "que-faire.json": _dashboard(SECTIONS_UID, "Portail : que faire", texts),
    }


def _sections() -> dict[str, tuple[str, str]]:
    """Title and text of each section of the pages by the anchor that leads to it."""
    sections = {}
    for page in PAGES:
        _, *parts = _HEADING.split((ROOT / page).read_text(encoding="utf-8"))
        for title, text in zip(parts[::2], parts[1::2], strict=True):
            anchor = title.lower().replace(" ", "-")
            plain = _LINK.sub(r"\1", text.strip())
            sections[anchor] = (title, f"{plain}\n\n`{page}#{anchor}`")
    return sections


def _row(row: Json, slugs: list[str]) -> Iterator[Json]:
    yield {
        "type": "row",
        "title": row["row"],
        "collapsed": False,
        "panels": [],
        "gridPos": {"w": COLUMNS, "h": 1},
    }
    for panel in row["panels"]:
        kind = panel["kind"]
        what_to_do = slugs.index(panel["runbook"]) + 1
        yield {
            "type": TYPES[kind],
            "title": panel["title"],
            "description": panel["about"],
            "gridPos": {"w": panel["width"], "h": HEIGHT},
            "targets": _targets(kind, panel["queries"]),
            "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
            "options": LAST_VALUES if kind in ("stat", "bars") else {},
            "links": [
                {"title": "Que faire", "url": f"{SECTIONS_URL}{what_to_do}", "targetBlank": True}
            ],
        }


def _targets(kind: str, queries: Mapping[str, str]) -> list[Json]:
    """The queries of a panel: those of lines are asked over time, others as of now."""
    shape: Json = {"lines": {}, "table": {"instant": True, "format": "table"}}.get(
        kind, {"instant": True}
    )
    named = zip(ascii_uppercase, queries.items(), strict=False)
    return [
        {"refId": letter, "expr": query, "legendFormat": legend, **shape}
        for letter, (legend, query) in named
    ]


def _defaults(panel: Json) -> Json:
    colours = ("red", "green") if "red_below" in panel else ("green", "red")
    limits = [panel[name] for name in ("red_below", "red_from") if name in panel]
    steps = [
        {"color": colour, "value": value}
        for colour, value in zip(colours, [None, *limits], strict=False)
    ]
    decimals = {"decimals": panel["decimals"]} if "decimals" in panel else {}
    thresholds = {"thresholds": {"mode": "absolute", "steps": steps}}
    return {
        "unit": panel.get("unit", "short"),
        "min": 0,
        "noValue": "aucun",
        **decimals,
        **thresholds,
    }


def _text_panel(title: str, text: str) -> Json:
    position = {"w": COLUMNS // 2, "h": HEIGHT}
    return {
        "type": "text",
        "title": title,
        "gridPos": position,
        "options": {"mode": "markdown", "content": text},
    }


def _placed(panels: Iterator[Json]) -> Iterator[Json]:
    """The panels with ids from 1, from left to right in as many lines as they need."""
    left = top = height = 0
    for number, panel in enumerate(panels, start=1):
        size = panel["gridPos"]
        if left + size["w"] > COLUMNS:
            left = 0
            top = top + height
        yield panel | {"id": number, "gridPos": {**size, "x": left, "y": top}}
        left = left + size["w"]
        height = size["h"]


def _dashboard(uid: str, title: str, panels: list[Json], refresh: str = "") -> str:
    content = {
        "uid": uid,
        "title": title,
        "schemaVersion": 39,
        "editable": False,
        "timezone": "Europe/Paris",
        "time": {"from": "now-3h", "to": "now"},
        "refresh": refresh,
        "panels": panels,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, text in dashboards().items():
        (FOLDER / "dashboards" / name).write_text(text, encoding="utf-8")
