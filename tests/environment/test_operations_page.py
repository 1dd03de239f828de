"""The tables of docs/operations/run.md list every timed job with its period, and every metric with its labels."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from deploy.service_names import SERVICES
from services.chassis.tasks.rows import HANDLERS
from tests.architecture import apps

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations/run.md").read_text(encoding="utf-8")
JOB = re.compile(r"^\| ([\w, ]+) \| `([\w-]+)` \| (\d+) (s|min|h) \|", re.MULTILINE)
UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}
TABLE = re.compile(r"^\| metric \| says \|\n((?:\|.*\n)+)", re.MULTILINE)
METRIC = re.compile(r"^\| `(\w+)(?:\{([\w,]+)\})?` \|", re.MULTILINE)
MADE = re.compile(r'\b(?:Counter|Gauge|Histogram)\(\s*"(\w+)",\s*(?:"[^"]*"\s*)+(?:,\s*\(([^)]*)\))?')


def test_every_job_is_listed_with_its_period(tmp_path: Path) -> None:
    listed = {
        (service, name, timedelta(**{UNITS[unit]: int(number)}))
        for services, name, number, unit in JOB.findall(PAGE)
        for service in services.split(", ")
    }
    jobs = {name: apps.build(name, tmp_path).extensions[HANDLERS].jobs for name in SERVICES}
    assert {(service, job.name, job.period) for service, named in jobs.items() for job in named.values()} == listed


def test_every_metric_is_listed_with_its_labels() -> None:
    """But for those of backups, which no library makes."""
    sources = [
        path.read_text(encoding="utf-8") for part in ("services", "gateway") for path in (ROOT / part).rglob("*.py")
    ]
    made = {name: set(re.findall(r"\w+", labels)) for text in sources for name, labels in MADE.findall(text)}
    listed = {name: set(labels.split(",")) - {""} for name, labels in METRIC.findall("".join(TABLE.findall(PAGE)))}
    assert {name: labels for name, labels in listed.items() if not name.startswith("backup_")} == made
