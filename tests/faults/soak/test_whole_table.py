"""The whole table of failure points: every operation, every point, both engines."""

from __future__ import annotations

import pytest

from tests.faults.failure_table import Cell, cells
from tests.faults.running_service import RunningService
from tests.faults.test_failure_points import check
from tests.support.failing_commits import POINTS
from tests.support.postgres_proxy import PostgresProxy


@pytest.mark.parametrize("cell", [pytest.param(cell, id=str(cell)) for cell in cells(POINTS)])
def test_an_operation_is_done_wholly_or_not_at_all_and_once(
    cell: Cell, running: RunningService, cell_proxy: PostgresProxy | None
) -> None:
    check(cell, running, cell_proxy)
