"""`make bench KEEP=1` writes the figures, and what a national opening needs, between the marker lines of
docs/capacity.md: plain arithmetic from what a journey costs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from services.chassis.database.transactions import _engine_options

if TYPE_CHECKING:
    from tests.bench.record import Figure

DOCUMENT = Path(__file__).parents[2] / "docs" / "capacity.md"
OPENINGS = {"BTS": 180_900, "baccalauréat": 724_633}
"""Candidates of one session."""
LAST_DAY, WORST_HOUR, SAFETY = 0.20, 0.15, 6.0
"""Shares of the registrations that come on the last day and in its worst hour."""
MOST_BUSY = 0.6
"""Of one processor, what a process may use in the worst hour, so that hardly anybody waits for another."""
REPLICATED_AT_LEAST = 2
"""So that one may be replaced while the other answers."""
SERVERS = ("PostgreSQL", "RabbitMQ", "objects")
"""No processes of ours: they are given processors, not replicas."""
_POOL = _engine_options(make_url("postgresql+psycopg://localhost/x"))
CONNECTIONS_OF_A_PROCESS = _POOL["pool_size"] + _POOL["max_overflow"]
OF_A_JOURNEY = "a journey, of it "
_ON_SERVERS = re.compile(rf"^PostgreSQL.*: {OF_A_JOURNEY}(.+)$")
_COST = re.compile(r"^(.+): a journey(?:, of it (.+))?$")


def write_document(surroundings: Sequence[Figure], figures: Sequence[Figure]) -> None:
    """Waits of each step are in bench.json alone."""
    conditions = [f"- {figure.name}: {figure.value}" for figure in surroundings]
    others = [
        f"| {figure.name} | {figure.shown} | {figure.shown_aim} |"
        for figure in figures
        if not _COST.match(figure.name) and (figure.aim is not None or not re.search(r": p\d+$", figure.name))
    ]
    head = ["| what | measured | aim |", "| --- | --- | --- |"]
    _write_between_markers("figures", [*conditions, "", *_costs_table(figures), "", *head, *others])
    costs = {named[1]: float(figure.value) for figure in figures if (named := _ON_SERVERS.match(figure.name))}
    if costs:
        tables = [_opening(name, candidates, costs) for name, candidates in OPENINGS.items()]
        _write_between_markers("opening", [*tables[0], "", *tables[1]])


def _write_between_markers(name: str, lines: Sequence[str]) -> None:
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(start)
    DOCUMENT.write_text("\n".join([before + start, *lines, end + rest.partition(end)[2]]), encoding="utf-8")


def _costs_table(figures: Sequence[Figure]) -> list[str]:
    """What a journey costs in each mode, by process, in seconds of processor."""
    costs = {(named[2] or "all", named[1]): figure.value for figure in figures if (named := _COST.match(figure.name))}
    parts, modes = dict.fromkeys(part for part, _ in costs), dict.fromkeys(mode for _, mode in costs)
    rows = [[f"{float(costs[part, mode]):.3g}" if (part, mode) in costs else "" for mode in modes] for part in parts]
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
    rows, all_busy, all_connections = [], 0.0, 0
    for process, seconds in sorted(costs.items(), key=lambda cost: -cost[1]):
        busy = seconds * journeys / 3600
        replicas = 0 if process in SERVERS else max(REPLICATED_AT_LEAST, ceil(busy / MOST_BUSY))
        connections = 0 if process == "gateway" else replicas * CONNECTIONS_OF_A_PROCESS
        rows.append(f"| {process} | {busy:.1f} | {replicas or ''} | {connections or ''} |")
        all_busy, all_connections = all_busy + busy, all_connections + connections
    return [
        f"**{name}**: {with_thousands_spaces(candidates)} candidates, {with_thousands_spaces(journeys)} journeys in "
        f"the worst hour, {journeys / 3600:.1f} a second.",
        "",
        "| process | processors kept busy | replicas | connections to PostgreSQL at most |",
        "| --- | ---: | ---: | ---: |",
        *rows,
        f"| all, on machines of | {ceil(all_busy / MOST_BUSY)} processors | | {all_connections} |",
    ]
