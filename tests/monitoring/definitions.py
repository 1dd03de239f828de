"""The rules, panels and queries of deploy/monitoring, read; promtool; the series that the code exports for them."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from deploy.backups.ages import HELP_TEXTS, Ages, Schedule
from tests.support.missing_services import NotInstalled, skip_or_fail

ROOT = Path(__file__).parents[2]
FOLDERS = ("services", "gateway")
KINDS = ("Counter", "Gauge", "GaugeMetricFamily", "Histogram")

Labels = frozenset[str]


def exported_series() -> dict[str, Labels]:
    """Labels by the name of a series: a histogram has three."""
    series = _backup_metrics()
    for name, kind, labels in _declarations():
        if kind == "Histogram":
            series |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
        else:
            series[name] = labels
    return series


def _declarations() -> Iterator[tuple[str, str, Labels]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (declaration := _declaration(node)):
                    yield declaration


def _declaration(call: ast.Call) -> tuple[str, str, Labels] | None:
    """Name, kind and labels where the call makes a metric whose name is written there."""
    kind = ast.unparse(call.func).rpartition(".")[2]
    if kind not in KINDS or not call.args or not isinstance(name := _value(call.args[0]), str):
        return None
    labels = [keyword.value for keyword in call.keywords if keyword.arg in ("labels", "labelnames")] or call.args[2:3]
    return name, kind, frozenset(ast.literal_eval(labels[0])) if labels else frozenset()


def _value(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _backup_metrics() -> dict[str, Labels]:
    metrics = dict.fromkeys(HELP_TEXTS, Labels())  # also of what was never made
    for family in text_string_to_metric_families(Ages(Schedule(hour=2, objects_seconds=600)).metrics()):
        metrics |= {sample.name: frozenset(sample.labels) for sample in family.samples}
    return metrics


MONITORING = ROOT / "deploy" / "monitoring"
RULES = sorted((MONITORING / "rules").glob("*.yml"))
SECONDS = 120


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _rules(kind: str) -> dict[str, dict[str, Any]]:
    """Rules of the kind `alert` or `record`, by name."""
    rules = [rule for path in RULES for group in read_yaml(path)["groups"] for rule in group["rules"]]
    return {rule[kind]: rule for rule in rules if kind in rule}


ALERTS = _rules("alert")
RECORDED = _rules("record")


@cache
def known_series() -> dict[str, Labels]:
    """Labels of what the code exports and of what rules record of it (without labels), by name."""
    return exported_series() | dict.fromkeys(RECORDED, Labels())


def promtool(*words: object) -> str:
    """What it prints, if it finds nothing wrong."""
    program = shutil.which("promtool")
    if program is None:
        skip_or_fail(NotInstalled("Prometheus", "promtool"))
    done = subprocess.run(
        [str(program), *map(str, words)], cwd=MONITORING, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


FOLDER = MONITORING / "grafana"
DASHBOARDS: dict[str, dict[str, Any]] = {
    path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "dashboards").glob("*.json"))
}
PANELS = {panel["title"]: panel for panel in DASHBOARDS["portail.json"]["panels"] if panel["type"] != "row"}
SECTIONS = {panel["id"]: panel for panel in DASHBOARDS["que-faire.json"]["panels"]}
QUERIES = [(title, target["expr"]) for title, panel in PANELS.items() for target in panel["targets"]]
"""(title of the panel, PromQL), in their order."""
