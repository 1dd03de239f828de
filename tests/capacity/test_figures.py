"""What `make bench` says of a figure: its aim, its line, its place in the document; and how its load takes refusals."""

from __future__ import annotations

import pytest

from tests.bench.capacity_document import costs_table, replace_between_markers
from tests.bench.load import Load, run_load
from tests.bench.record import Figure, lines
from tests.support.ports import free_port


def test_an_aim_is_held_at_its_very_value_and_on_its_side() -> None:
    for value, at_most, held in ((2.5, True, True), (2.6, True, False), (2.5, False, True), (2.4, False, False)):
        assert Figure("journey", value, "s", 2.5, at_most).held is held
    assert Figure("journey", 2.5, "s").held is None


def test_a_missed_aim_is_seen_in_the_table() -> None:
    *_, row = lines([Figure("journey", 0.62, "CPU-s", 0.5)])
    assert [cell.strip() for cell in row.strip("|").split("|")] == ["journey", "0.62 CPU-s", "≤ 0.5", "NO"]


def test_figures_take_the_place_of_the_former_ones_and_nothing_else() -> None:
    text = "before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n"
    assert (
        replace_between_markers(text, "figures", ["new"])
        == "before\n<!-- figures -->\nnew\n<!-- end of figures -->\nafter\n"
    )


def test_costs_of_both_modes_stand_beside_each_other() -> None:
    named = {"here: a journey": 0.9, "here: a journey, of it gateway": 0.15, "there: a journey": 1.5}
    *_, all_parts, gateway = costs_table([Figure(name, value, "CPU-s") for name, value in named.items()])
    assert (all_parts, gateway) == ("| all | 0.9 | 1.5 |", "| gateway | 0.15 |  |")


def test_whoever_is_refused_by_an_installation_rests_before_trying_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.load.RETRY_SECONDS", 1.0)
    result = run_load(Load(f"http://127.0.0.1:{free_port()}", "", people=1, seconds=0.5))
    assert result.journeys == 0
    assert sum(result.errors.values()) == 1
