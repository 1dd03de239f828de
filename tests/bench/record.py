"""Records what `make bench` measures: gathered by `record`, printed at the end, and written to
bench.json.

`make bench KEEP=1` writes the figures, and what a national opening needs, between the marker lines
of docs/capacity.md: plain arithmetic from what a journey costs.

A pytest plugin (`-p tests.bench.record`). Any test may call `record`; a figure that misses its aim
fails the run once all is measured. bench.json is a list of {name, value, unit, aim, held}; the
first say when and on what it was measured.
"""

import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from math import ceil
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from services.chassis.database.engines import engine_options

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "bench.json"
VERSIONS_OF = (
    "flask",
    "gunicorn",
    "sqlalchemy",
    "psycopg",
    "pika",
    "minio",
    "xhtml2pdf",
    "reportlab",
)
DOCUMENT = ROOT / "docs" / "capacity.md"
OPENINGS = {"BTS": 180_900, "baccalauréat": 724_633}
"""Candidates of one session."""
LAST_DAY = 0.20
WORST_HOUR = 0.15
SAFETY = 6.0
"""Shares of the registrations that come on the last day and in its worst hour."""
MOST_BUSY = 0.6
"""Of one processor, what a process may use in the worst hour, so that hardly anybody waits for
another."""
REPLICATED_AT_LEAST = 2
"""So that one may be replaced while the other answers."""
SERVERS = ("PostgreSQL", "RabbitMQ", "objects")
"""No processes of ours: they are given processors, not replicas."""
_POOL = engine_options(make_url("postgresql+psycopg://localhost/x"))
CONNECTIONS_OF_A_PROCESS = _POOL["pool_size"] + _POOL["max_overflow"]
OF_A_JOURNEY = "a journey, of it "
_ON_SERVERS = re.compile(rf"^PostgreSQL.*: {OF_A_JOURNEY}(.+)$")
_COST = re.compile(r"^(.+): a journey(?:, of it (.+))?$")


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
        return (
            self.value
            if isinstance(self.value, str)
            else f"{in_few_digits(self.value)} {self.unit}".rstrip()
        )

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
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    processor = next(models, platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = " ".join(f"{name} {version(name)}" for name in VERSIONS_OF)
    return [
        Figure("date", datetime.now().astimezone().isoformat(timespec="minutes")),
        Figure(
            "machine",
            f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.release()}",
        ),
        Figure("versions", f"Python {platform.python_version()} {versions}"),
        Figure("commit", described.stdout.strip() or "unknown"),
    ]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if not _figures:
        return
    rows = [
        asdict(figure) | {"held": figure.held} for figure in (*surroundings(), *_figures.values())
    ]
    WRITTEN.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if os.environ.get("KEEP"):
        write_document(surroundings(), list(_figures.values()))
    if (
        any(figure.held is False for figure in _figures.values())
        and session.exitstatus == pytest.ExitCode.OK
    ):
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


def write_document(surroundings: Sequence[Figure], figures: Sequence[Figure]) -> None:
    """Waits of each step are in bench.json alone."""
    conditions = [f"- {figure.name}: {figure.value}" for figure in surroundings]
    others = [
        f"| {figure.name} | {figure.shown} | {figure.shown_aim} |"
        for figure in figures
        if not _COST.match(figure.name)
        and (figure.aim is not None or not re.search(r": p\d+$", figure.name))
    ]
    head = ["| what | measured | aim |", "| --- | --- | --- |"]
    _write_between_markers("figures", [*conditions, "", *_costs_table(figures), "", *head, *others])
    costs = {
        named[1]: float(figure.value)
        for figure in figures
        if (named := _ON_SERVERS.match(figure.name))
    }
    if costs:
        tables = [_opening(name, candidates, costs) for name, candidates in OPENINGS.items()]
        _write_between_markers("opening", [*tables[0], "", *tables[1]])


def _write_between_markers(name: str, lines: Sequence[str]) -> None:
    start = f"<!-- {name} -->"
    end = f"<!-- end of {name} -->"
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(start)
    DOCUMENT.write_text(
        "\n".join([before + start, *lines, end + rest.partition(end)[2]]), encoding="utf-8"
    )


def _costs_table(figures: Sequence[Figure]) -> list[str]:
    """What a journey costs in each mode, by process, in seconds of processor."""
    costs = {
        (named[2] or "all", named[1]): figure.value
        for figure in figures
        if (named := _COST.match(figure.name))
    }
    parts = dict.fromkeys(part for part, _ in costs)
    modes = dict.fromkeys(mode for _, mode in costs)
    rows = [
        [f"{float(costs[part, mode]):.3g}" if (part, mode) in costs else "" for mode in modes]
        for part in parts
    ]
    return [
        "| ".join(["| a journey, CPU-s ", *(f"{mode} " for mode in modes)]) + "|",
        "| --- " + "| ---: " * len(modes) + "|",
        *(f"| {part} | {' | '.join(row)} |" for part, row in zip(parts, rows, strict=True)),
    ]


def with_thousands_spaces(number: float) -> str:
    """« 180 900 »: whole, thousands separated by spaces."""
    return f"{number:,.0f}".replace(",", " ")


def _opening(name: str, candidates: int, costs: Mapping[str, float]) -> list[str]:
    """What each kind of process asks for in the worst hour; who needs most comes first."""
    journeys = candidates * LAST_DAY * WORST_HOUR * SAFETY
    rows = []
    all_busy = 0.0
    all_connections = 0
    for process, seconds in sorted(costs.items(), key=lambda cost: -cost[1]):
        busy = seconds * journeys / 3600
        replicas = 0 if process in SERVERS else max(REPLICATED_AT_LEAST, ceil(busy / MOST_BUSY))
        connections = 0 if process == "gateway" else replicas * CONNECTIONS_OF_A_PROCESS
        rows.append(f"| {process} | {busy:.1f} | {replicas or ''} | {connections or ''} |")
        all_busy = all_busy + busy
        all_connections = all_connections + connections
    return [
        (
            f"**{name}**: {with_thousands_spaces(candidates)} candidates, "
            f"{with_thousands_spaces(journeys)} journeys in the worst hour, {journeys / 3600:.1f} "
            "a second."
        ),
        "",
        "| process | processors kept busy | replicas | connections to PostgreSQL at most |",
        "| --- | ---: | ---: | ---: |",
        *rows,
        f"| all, on machines of | {ceil(all_busy / MOST_BUSY)} processors | | {all_connections} |",
    ]
