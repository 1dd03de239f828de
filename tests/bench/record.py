"""Records what `make bench` measures: gathered by `record`, printed at the end, and written to bench.json.

A pytest plugin (`-p tests.bench.record`). Any test may call `record`; a figure that misses its aim fails the run once
all is measured. bench.json is a list of {name, value, unit, aim, held}; the first say when and on what it was measured.
"""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.bench.capacity import with_thousands_spaces, write_document

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "bench.json"
VERSIONS_OF = ("flask", "gunicorn", "sqlalchemy", "psycopg", "pika", "minio", "xhtml2pdf", "reportlab")


@dataclass(frozen=True)
class Figure:
    """`held` is None where nothing is aimed at."""

    name: str
    value: float | str
    unit: str = ""
    aim: float | None = None
    """What it shall be at most."""

    @property
    def held(self) -> bool | None:
        return None if self.aim is None or isinstance(self.value, str) else self.value <= self.aim

    @property
    def shown(self) -> str:
        return self.value if isinstance(self.value, str) else f"{in_few_digits(self.value)} {self.unit}".rstrip()

    @property
    def shown_aim(self) -> str:
        return "" if self.aim is None else f"≤ {in_few_digits(self.aim)}"


_figures: dict[str, Figure] = {}


def record(name: str, value: float, unit: str, aim: float | None = None) -> None:
    """Keep a figure for the table and bench.json; a second of the same name takes its place."""
    _figures[name] = Figure(name, round(value, 6), unit, aim)


def in_few_digits(value: float) -> str:
    """Three digits that count, without an exponent; whole where that is more."""
    return with_thousands_spaces(value) if abs(value) >= 100 else f"{value:.3g}"


def surroundings() -> list[Figure]:
    """When, on what machine and with which versions."""
    describe = ["git", "describe", "--always", "--dirty"]
    described = subprocess.run(describe, cwd=ROOT, capture_output=True, text=True, check=False)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = " ".join(f"{name} {version(name)}" for name in VERSIONS_OF)
    return [
        Figure("date", datetime.now().astimezone().isoformat(timespec="minutes")),
        Figure("machine", f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.release()}"),
        Figure("versions", f"Python {platform.python_version()} {versions}"),
        Figure("commit", described.stdout.strip() or "unknown"),
    ]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if not _figures:
        return
    rows = [asdict(figure) | {"held": figure.held} for figure in (*surroundings(), *_figures.values())]
    WRITTEN.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if os.environ.get("KEEP"):
        write_document(surroundings(), list(_figures.values()))
    if any(figure.held is False for figure in _figures.values()) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _figures:
        return
    terminalreporter.section("measured")
    for figure in surroundings():
        terminalreporter.write_line(f"{figure.name}: {figure.value}")
    for figure in _figures.values():
        line = f"{figure.name}: {figure.shown} {figure.shown_aim}"
        terminalreporter.write_line(line, red=figure.held is False)
    terminalreporter.write_line(f"written to {WRITTEN}")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
