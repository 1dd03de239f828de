"""The table of failure points: its cells."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tests.faults import accounts, documents, pieces, registrations
from tests.faults.operation import CODE_SPENT, COUNTED, NOTED, TAKEN, Operation
from tests.support.failing_commits import POINTS, FailurePoint


def _rows_of(module: ModuleType) -> list[type[Operation[Any]]]:
    """The module's own classes that have a name, in their order."""
    own = [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__]
    return [value for value in own if issubclass(value, Operation) and "name" in vars(value)]


MODULES = (pieces, registrations, documents, accounts)
OPERATIONS = [row for module in MODULES for row in _rows_of(module)]
# Commits that many operations share, made by the same code for all, each with the point that asks most of what comes
# after it. The soak test has them fail at every point.
SHARED_COMMITS = {
    COUNTED: FailurePoint.ANSWER_LOST,
    "the right password is told": FailurePoint.ANSWER_LOST,
    CODE_SPENT: FailurePoint.ANSWER_LOST,
    TAKEN: FailurePoint.ANSWER_LOST,
    NOTED: FailurePoint.REFUSED,
}
# One operation of each service, whose connection is really lost: a driver notices it alike whatever was committed.
CONNECTION_LOST: tuple[tuple[type[Operation[Any]], int], ...] = (
    (registrations.SaveRegistration, 0),
    (documents.OrderDocument, 0),
    (accounts.ConfirmAddress, 0),
)


@dataclass(frozen=True)
class Cell:
    """An operation whose commit number `number` fails at `point`."""

    operation: type[Operation[Any]]
    number: int
    point: FailurePoint

    @property
    def row(self) -> str:
        name = f"{self.operation.service.name}: {self.operation.name}"
        several = len(self.operation.commits) > 1
        return f"{name}, {self.operation.commits[self.number]}" if several else name

    @property
    def there_afterwards(self) -> bool:
        """Whether the operation is wholly done once the worker has run; else nothing of it is."""
        if self.point is FailurePoint.NONE or self.number > self.operation.decided_by:
            return True
        return self.number == self.operation.decided_by and self.point.applied

    def __str__(self) -> str:
        return f"{self.row} × {self.point.value}"


def all_cells(points: Collection[FailurePoint]) -> Iterator[Cell]:
    """Every commit of every operation with these points, operation by operation."""
    for operation in OPERATIONS:
        if FailurePoint.NONE in points:
            yield Cell(operation, 0, FailurePoint.NONE)
        for number in range(len(operation.commits)):
            yield from (Cell(operation, number, point) for point in points if point is not FailurePoint.NONE)


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
    return [Cell(operation, number, point) for operation, number in CONNECTION_LOST for point in points]
