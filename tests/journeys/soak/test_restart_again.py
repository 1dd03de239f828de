"""What holds once holds three times in a row: every process killed while candidates register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.test_restart import kill_each_in_turn
from tests.support.launched_portal import LaunchedPortal

if TYPE_CHECKING:
    from tests.journeys.conftest import NewCandidate


@pytest.mark.parametrize("time", [1, 2, 3])
def test_processes_killed_in_turn_lose_and_double_nothing_again(
    alone: LaunchedPortal, new_candidate: NewCandidate, tmp_path: Path, time: int
) -> None:
    kill_each_in_turn(alone, new_candidate, tmp_path)
