"""`make bench KEEP=1` writes the figures, and what follows from them, between the marker lines of docs/capacity.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.capacity import BACCALAUREAT, BTS, Opening, connections, needs, processors

if TYPE_CHECKING:
    from tests.bench.record import Figure

DOCUMENT = Path(__file__).parents[2] / "docs" / "capacity.md"
OF_A_JOURNEY = "a journey, of it "
_ON_SERVERS = re.compile(rf"^PostgreSQL.*: {OF_A_JOURNEY}(.+)$")
_COST = re.compile(r"^(.+): a journey(?:, of it (.+))?$")


def write_document(surroundings: Sequence[Figure], figures: Sequence[Figure]) -> None:
    """Waits of each step are in bench.json alone."""
    text = DOCUMENT.read_text(encoding="utf-8")
    conditions = [f"- {figure.name}: {figure.value}" for figure in surroundings]
    others = [
        f"| {figure.name} | {figure.shown} | {figure.shown_aim} |"
        for figure in figures
        if not _COST.match(figure.name) and (figure.aim is not None or not figure.is_percentile)
    ]
    text = replace_between_markers(
        text,
        "figures",
        [*conditions, "", *costs_table(figures), "", "| what | measured | aim |", "| --- | --- | --- |", *others],
    )
    costs = {
        named[1]: float(figure.value) for figure in figures if (named := _ON_SERVERS.match(figure.name))
    }  # fmt: skip
    if costs:
        text = replace_between_markers(text, "opening", [*_opening(BTS, costs), "", *_opening(BACCALAUREAT, costs)])
    DOCUMENT.write_text(text, encoding="utf-8")


def replace_between_markers(text: str, name: str, lines: list[str]) -> str:
    """`text` with `lines` between the marker lines of that name."""
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n" + "\n".join(lines) + f"\n{end}{after}"


def costs_table(figures: Sequence[Figure]) -> list[str]:
    """What a journey costs in each mode, by process, in seconds of processor."""
    named = [(match, figure) for figure in figures if (match := _COST.match(figure.name))]
    costs = {(match[2] or "all", match[1]): figure for match, figure in named}
    parts, modes = (list(dict.fromkeys(names)) for names in zip(*costs, strict=True)) if costs else ([], [])
    return [
        "| ".join(["| a journey, CPU-s ", *(f"{mode} " for mode in modes)]) + "|",
        "| --- " + "| ---: " * len(modes) + "|",
        *(f"| {part} | " + " | ".join(_cell(costs.get((part, mode))) for mode in modes) + " |" for part in parts),
    ]


def _cell(figure: Figure | None) -> str:
    return "" if figure is None else f"{float(figure.value):.3g}"


def with_thousands_spaces(number: float) -> str:
    """« 180 900 »: whole, thousands separated by spaces."""
    return f"{number:,.0f}".replace(",", " ")


def _opening(opening: Opening, costs: dict[str, float]) -> list[str]:
    processes = needs(costs, opening)
    rows = [
        f"| {need.process} | {need.processors:.1f} | {need.replicas or ''} | {need.connections or ''} |"
        for need in processes
    ]
    candidates, journeys = with_thousands_spaces(opening.candidates), with_thousands_spaces(opening.in_the_worst_hour)
    return [
        f"**{opening.name}**: {candidates} candidates, {journeys} journeys in the worst hour, "
        f"{opening.a_second:.1f} a second.",
        "",
        "| process | processors kept busy | replicas | connections to PostgreSQL at most |",
        "| --- | ---: | ---: | ---: |",
        *rows,
        f"| all, on machines of | {processors(processes)} processors | | {connections(processes)} |",
    ]
