"""The rules of deploy/monitoring, read; promtool; the series that expressions may read."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.monitoring.exported_metrics import Labels, exported_series
from tests.support.missing_services import NotInstalled, skip_or_fail

ROOT = Path(__file__).parents[2]
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
