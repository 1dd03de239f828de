"""What `make bench` says of a figure: whether its aim is held, its line in the table, its place in the document."""

from __future__ import annotations

import pytest

from tests.bench.capacity_document import replace_between_markers
from tests.bench.record import Figure, lines


@pytest.mark.parametrize(
    ("value", "at_most", "held"), [(2.5, True, True), (2.6, True, False), (2.5, False, True), (2.4, False, False)]
)
def test_an_aim_is_held_at_its_very_value_and_on_its_side(value: float, at_most: bool, held: bool) -> None:
    assert Figure("journey", value, "s", 2.5, at_most).held is held


def test_nothing_is_held_or_missed_without_an_aim() -> None:
    assert Figure("journey", 2.5, "s").held is None


def test_a_missed_aim_is_seen_in_the_table() -> None:
    *_, row = lines([Figure("journey", 0.62, "CPU-s", 0.5)])
    assert [cell.strip() for cell in row.strip("|").split("|")] == ["journey", "0.62 CPU-s", "≤ 0.5", "NO"]


def test_percentiles_of_a_step_stand_on_one_line() -> None:
    steps = [Figure(f"{step}: p{percent}", percent, "ms") for step in ("tab", "save") for percent in (50, 95, 99)]
    *_, tab, save = lines(steps)
    assert "tab: p50 / p95 / p99" in tab
    assert "50 / 95 / 99 ms" in save


def test_a_percentile_with_an_aim_stands_for_itself() -> None:
    *_, row = lines([Figure("documents: p50", 1, "s"), Figure("documents: p95", 3, "s", 2)])
    assert "documents: p95" in row
    assert "NO" in row


def test_figures_take_the_place_of_the_former_ones_and_nothing_else() -> None:
    text = "before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n"
    assert (
        replace_between_markers(text, "figures", ["new"])
        == "before\n<!-- figures -->\nnew\n<!-- end of figures -->\nafter\n"
    )
