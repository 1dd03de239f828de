"""A commit of an operation that fails in one way, and what is there afterwards."""

from collections.abc import Collection, Iterator
from typing import Any

from tests.faults import accounts, documents, pieces, registrations
from tests.faults.conftest import PreparedOperation
from tests.faults.operation import (
    Cell,
    Operation,
    RunningService,
    State,
)
from tests.support.failing_commits import Commits, FailurePoint

OPERATIONS: list[type[Operation[Any]]] = [
    value
    for module in (pieces, registrations, documents, accounts)
    for name, value in vars(module).items()
    if isinstance(value, type)
    and value.__module__ == module.__name__
    and issubclass(value, Operation)
    if not name.startswith("_")
]


def all_cells(points: Collection[FailurePoint]) -> Iterator[Cell]:
    """Every commit of every operation with these points, operation by operation."""
    for operation in OPERATIONS:
        if FailurePoint.NONE in points:
            yield Cell(operation, 0, FailurePoint.NONE)
        for number in range(len(operation.commits)):
            yield from (
                Cell(operation, number, point) for point in points if point is not FailurePoint.NONE
            )


def check_cell(cell: Cell, prepared: PreparedOperation) -> None:
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
