"""The dashboard's panels and their queries, as Grafana reads them."""

from __future__ import annotations

import json
from typing import Any

from tests.monitoring.rule_files import MONITORING

FOLDER = MONITORING / "grafana"
DASHBOARDS: dict[str, dict[str, Any]] = {
    path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "dashboards").glob("*.json"))
}
PANELS = {panel["title"]: panel for panel in DASHBOARDS["portail.json"]["panels"] if panel["type"] != "row"}
SECTIONS = {panel["id"]: panel for panel in DASHBOARDS["que-faire.json"]["panels"]}
QUERIES = [(title, target["expr"]) for title, panel in PANELS.items() for target in panel["targets"]]
"""(title of the panel, PromQL), in their order."""
