"""Whatever becomes of a commit, an operation is wholly done or not at all, and pressing again
settles it.

Here are the cells that hold what no other holds; the whole table, on both engines, is in `make
soak`.
"""

import pytest

from tests.faults import accounts, documents, registrations
from tests.faults.cells import all_cells, check_cell
from tests.faults.conftest import PreparedOperation
from tests.faults.operation import (
    CODE_SPENT,
    COUNTED,
    NOTED,
    TAKEN,
    Cell,
)
from tests.support.failing_commits import POINTS, FailurePoint

# Commits that many operations share, made by the same code for all, each with the point that asks
# most of what comes after it. The soak test has them fail at every point.
SHARED_COMMITS = {
    COUNTED: FailurePoint.ANSWER_LOST,
    "the right password is told": FailurePoint.ANSWER_LOST,
    CODE_SPENT: FailurePoint.ANSWER_LOST,
    TAKEN: FailurePoint.ANSWER_LOST,
    NOTED: FailurePoint.REFUSED,
}
# One of each service, whose connection is really lost: a driver notices it alike whatever was
# committed.
CONNECTION_LOST = (registrations.SaveRegistration, documents.OrderDocument, accounts.ConfirmAddress)


def telling_cells() -> list[Cell]:
    """Without those that hold nothing that another cell does not hold."""
    return [cell for cell in all_cells(POINTS["sqlite"]) if _is_telling(cell)]


def _is_telling(cell: Cell) -> bool:
    if cell.point is FailurePoint.NONE:
        return True
    commit = cell.operation.commits[cell.number]
    if commit in SHARED_COMMITS:
        return cell.point is SHARED_COMMITS[commit]
    # What was written is rolled back as by a refused commit; what an object is told differs.
    return cell.point is not FailurePoint.BEFORE or cell.operation.objects > 0


def lost_connections() -> list[Cell]:
    """Where PostgreSQL itself, and not the driver, loses what was asked or answered."""
    points = (FailurePoint.NOT_ARRIVED, FailurePoint.ANSWER_LOST)
    return [Cell(operation, 0, point) for operation in CONNECTION_LOST for point in points]


@pytest.mark.parametrize("cell", telling_cells(), ids=str)
def test_an_operation_is_done_wholly_or_not_at_all_and_once(
    cell: Cell, prepared: PreparedOperation
) -> None:
    check_cell(cell, prepared)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("cell", lost_connections(), ids=str)
def test_so_it_is_when_the_connection_to_postgresql_is_lost(
    cell: Cell, prepared: PreparedOperation
) -> None:
    check_cell(cell, prepared)
