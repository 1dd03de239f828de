"""Whatever becomes of a commit, an operation is wholly done or not at all, and pressing again settles it.

Here are the cells that hold what no other holds; the whole table, on both engines, is in `make soak`.
"""

import pytest

from tests.faults.failure_table import Cell, lost_connections, telling_cells
from tests.faults.operation import Operation, State
from tests.faults.prepared_operation import PreparedOperation
from tests.faults.running_service import RunningService
from tests.support.failing_commits import Commits, FailurePoint


@pytest.mark.parametrize("cell", telling_cells(), ids=str)
def test_an_operation_is_done_wholly_or_not_at_all_and_once(cell: Cell, prepared: PreparedOperation) -> None:
    check(cell, prepared)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("cell", lost_connections(), ids=str)
def test_so_it_is_when_the_connection_to_postgresql_is_lost(cell: Cell, prepared: PreparedOperation) -> None:
    check(cell, prepared)


def check(cell: Cell, prepared: PreparedOperation) -> None:
    """Do it with its failure, ask what is there, press again, ask once more."""
    running, operation, before = prepared.running, prepared.operation(), prepared.before
    commits = Commits(running.app, running.db, prepared.proxy)
    assert _differs(before, operation.done), "the questions tell done from not done"
    if cell.point is FailurePoint.NONE:
        assert commits.count_commits(operation.do) == len(operation.commits), "each commit of the operation has its row"
    else:
        _check_answer(cell, commits.fail_commit(operation.do, cell.point, cell.number))
    running.work()
    _ask(cell, "afterwards", running, operation, operation.done if cell.there_afterwards else before)
    answer = operation.retry()
    assert answer is None or answer in _answers_again(cell), f"{cell}: pressed again it answers {answer}"
    running.work()
    _ask(cell, "pressed again", running, operation, operation.done)


def _check_answer(cell: Cell, answer: int | None) -> None:
    """After a failure the person reads that the portal cannot answer now; or that it is done, which it then is."""
    failed = 500 if cell.point is FailurePoint.BEFORE else 503
    if answer not in (None, failed):
        assert answer in cell.operation.acknowledged, f"{cell}: answered {answer}"
        assert cell.there_afterwards, f"{cell}: acknowledged ({answer}) and not done"


def _answers_again(cell: Cell) -> tuple[int, ...]:
    return cell.operation.repeated if cell.there_afterwards else cell.operation.acknowledged


def _ask(cell: Cell, when: str, running: RunningService, operation: Operation[RunningService], wanted: State) -> None:
    state = operation.state()
    for question, expected in wanted.items():
        assert state[question] == expected, f"{cell}, {when}: {question}"
    assert running.parked_count() == 0, f"{cell}, {when}: follow-ups given up"
    if report := running.reconciled():
        assert report.complete
        assert list(report.lost) == [], f"{cell}, {when}: lost objects"
        assert len(report.unknown) <= _left_without_row(cell), f"{cell}, {when}: objects without a row"


def _left_without_row(cell: Cell) -> int:
    """An object may be left behind only where the service could not know what became of its commit."""
    uncertain = not cell.point.applied and not cell.point.surely_not_applied
    return cell.operation.objects if uncertain else 0


def _differs(before: State, done: State) -> bool:
    return any(before.get(question) != expected for question, expected in done.items())
