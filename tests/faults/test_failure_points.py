"""Whatever becomes of a commit, an operation is wholly done or not at all, and pressing again
settles it.

Here are the cells that hold what no other holds; the whole table, on both engines, is in `make
soak`.
"""

from collections.abc import Collection, Iterator
from typing import Any

import pytest

from tests.faults import accounts, documents, pieces, registrations
from tests.faults.conftest import PreparedOperation
from tests.faults.operation import (
    CODE_SPENT,
    COUNTED,
    NOTED,
    TAKEN,
    Cell,
    Operation,
    RunningService,
    State,
)
from tests.support.failing_commits import POINTS, Commits, FailurePoint

OPERATIONS: list[type[Operation[Any]]] = [
    value
    for module in (pieces, registrations, documents, accounts)
    for name, value in vars(module).items()
    if isinstance(value, type)
    and value.__module__ == module.__name__
    and issubclass(value, Operation)
    if not name.startswith("_")
]
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


def all_cells(points: Collection[FailurePoint]) -> Iterator[Cell]:
    """Every commit of every operation with these points, operation by operation."""
    for operation in OPERATIONS:
        if FailurePoint.NONE in points:
            yield Cell(operation, 0, FailurePoint.NONE)
        for number in range(len(operation.commits)):
            yield from (
                Cell(operation, number, point) for point in points if point is not FailurePoint.NONE
            )


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
    check(cell, prepared)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("cell", lost_connections(), ids=str)
def test_so_it_is_when_the_connection_to_postgresql_is_lost(
    cell: Cell, prepared: PreparedOperation
) -> None:
    check(cell, prepared)


def check(cell: Cell, prepared: PreparedOperation) -> None:
    """Do it with its failure, ask what is there, press again, ask once more."""
    running = prepared.running
    operation = prepared.operation()
    before = prepared.before
    commits = Commits(running.app, running.db, prepared.proxy)
    told_apart = [
        question
        for question, expected in operation.done.items()
        if before.get(question) != expected
    ]
    assert told_apart, "the questions tell done from not done"
    if cell.point is FailurePoint.NONE:
        assert commits.count_commits(operation.do) == len(operation.commits), (
            "each commit of the operation has its row"
        )
    else:
        _check_answer(cell, commits.fail_commit(operation.do, cell.point, cell.number))
    running.work()
    _ask(
        cell, "afterwards", running, operation, operation.done if cell.there_afterwards else before
    )
    answer = operation.retry()
    again = operation.repeated if cell.there_afterwards else operation.acknowledged
    assert answer is None or answer in again, f"{cell}: pressed again it answers {answer}"
    running.work()
    _ask(cell, "pressed again", running, operation, operation.done)


def _check_answer(cell: Cell, answer: int | None) -> None:
    """After a failure the person reads that the portal cannot answer now; or that it is done, which
    it then is."""
    failed = 500 if cell.point is FailurePoint.BEFORE else 503
    if answer not in (None, failed):
        assert answer in cell.operation.acknowledged, f"{cell}: answered {answer}"
        assert cell.there_afterwards, f"{cell}: acknowledged ({answer}) and not done"


def _ask(
    cell: Cell,
    when: str,
    running: RunningService,
    operation: Operation[RunningService],
    wanted: State,
) -> None:
    state = operation.state()
    for question, expected in wanted.items():
        assert state[question] == expected, f"{cell}, {when}: {question}"
    assert running.parked_count() == 0, f"{cell}, {when}: follow-ups given up"
    if report := running.reconciled():
        assert report.complete
        assert list(report.lost) == [], f"{cell}, {when}: lost objects"
        # One may be left behind only where the service could not know what became of its commit.
        uncertain = not cell.point.applied and not cell.point.surely_not_applied
        left = cell.operation.objects if uncertain else 0
        assert len(report.unknown) <= left, f"{cell}, {when}: objects without a row"
