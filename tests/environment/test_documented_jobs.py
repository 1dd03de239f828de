"""The table « Timed jobs » of operations.md has every job of every service, with its period."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from deploy.service_names import SERVICES

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}


def documented() -> dict[tuple[str, str], timedelta]:
    """The period by service and job."""
    section = OPERATIONS.read_text(encoding="utf-8").split("\n## Timed jobs\n")[1].split("\n## ")[0]
    rows = re.findall(rf"^\| ([a-z, ]+) \| `([a-z-]+)` \| (\d+) ({'|'.join(UNITS)}) \| \S", section, re.MULTILINE)
    return {
        (service, job): timedelta(**{UNITS[unit]: int(number)})
        for services, job, number, unit in rows
        for service in services.split(", ")
    }


def registered() -> dict[tuple[str, str], timedelta]:
    return {
        (service, job): period
        for service in SERVICES
        for job, period in import_module(f"services.{service}.jobs").jobs.periods().items()
    }


def test_every_timed_job_is_described_with_its_period() -> None:
    assert documented() == registered()
