"""The rules, panels and queries of deploy/monitoring, read; promtool."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.support.missing_services import NotInstalled

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
RULES = sorted((MONITORING / "rules").glob("*.yml"))
SECONDS = 120


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _rules(kind: str) -> dict[str, dict[str, Any]]:
    """Rules of the kind `alert` or `record`, by name."""
    rules = [
        rule for path in RULES for group in read_yaml(path)["groups"] for rule in group["rules"]
    ]
    return {rule[kind]: rule for rule in rules if kind in rule}


ALERTS = _rules("alert")
RECORDED = _rules("record")


def promtool(*words: object) -> str:
    """What it prints, if it finds nothing wrong."""
    program = shutil.which("promtool")
    if program is None:
        raise NotInstalled("Prometheus", "promtool")
    done = subprocess.run(
        [str(program), *map(str, words)],
        cwd=MONITORING,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


FOLDER = MONITORING / "grafana"
DASHBOARDS: dict[str, dict[str, Any]] = {
    path.name: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((FOLDER / "dashboards").glob("*.json"))
}
PANELS = {
    panel["title"]: panel
    for panel in DASHBOARDS["portail.json"]["panels"]
    if panel["type"] != "row"
}
QUERIES = [
    (title, target["expr"]) for title, panel in PANELS.items() for target in panel["targets"]
]
"""(title of the panel, PromQL), in their order."""
