"""The metrics that the code exports, with their labels, read from its source and from the backup process."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from deploy.backups.ages import HELP_TEXTS, Ages
from deploy.backups.schedule import Schedule

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
    kind = call.func.id if isinstance(call.func, ast.Name) else ""
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
