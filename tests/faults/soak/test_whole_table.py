"""The whole table of failure points: every operation, every point, both engines."""

import pytest

from tests.faults.cells import all_cells, check_cell
from tests.faults.conftest import PreparedOperation
from tests.faults.operation import Cell
from tests.support.failing_commits import POINTS, FailurePoint


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize("cell", list(all_cells(POINTS["sqlite"])), ids=str)
def test_an_operation_is_done_wholly_or_not_at_all_and_once(
    cell: Cell, prepared: PreparedOperation
) -> None:
    check_cell(cell, prepared)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("cell", list(all_cells([FailurePoint.NOT_ARRIVED])), ids=str)
def test_so_it_is_when_its_commit_does_not_arrive(cell: Cell, prepared: PreparedOperation) -> None:
    check_cell(cell, prepared)
