"""The load does not throw itself at an installation that does not answer."""

from __future__ import annotations

from tests.bench.load import Load, run_load
from tests.support.ports import free_port


def test_whoever_is_refused_rests_before_trying_again() -> None:
    result = run_load(Load(f"http://127.0.0.1:{free_port()}", "", people=1, seconds=0.5))
    assert result.journeys == 0
    assert sum(result.errors.values()) == 1
