"""The table of failure points: its cells, what became of each, and how it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.faults import accounts, documents, pieces, pieces_reminders, registrations
from tests.faults.operation import Operation
from tests.support.failing_commits import POINTS, FailurePoint

OPERATIONS: tuple[type[Operation[Any]], ...] = (
    *pieces.OPERATIONS,
    *pieces_reminders.OPERATIONS,
    *registrations.OPERATIONS,
    *documents.OPERATIONS,
    *accounts.OPERATIONS,
)


@dataclass(frozen=True)
class Cell:
    """An operation whose commit number `number` fails at `point`, on an engine."""

    engine: str
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
        return f"{self.row} × {self.point.value} on {self.engine}"


def cells(chosen: Mapping[str, Sequence[FailurePoint]]) -> Iterator[Cell]:
    """All with these points by engine."""
    for engine, points in chosen.items():
        for operation in OPERATIONS:
            if FailurePoint.NONE in points:
                yield Cell(engine, operation, 0, FailurePoint.NONE)
            for number in range(len(operation.commits)):
                yield from (
                    Cell(engine, operation, number, point) for point in points if point is not FailurePoint.NONE
                )


class Results:
    """What became of each cell: « held », or the word that pytest has for it."""

    def __init__(self) -> None:
        self._words: dict[Cell, str] = {}

    def note(self, cell: Cell, report: pytest.TestReport) -> None:
        """Keep the outcome of a test's body, or of a fixture that did not get that far."""
        if report.when == "call" or report.outcome != "passed":
            self._words[cell] = {"passed": "held"}.get(report.outcome, report.outcome)

    def lines(self) -> Iterator[str]:
        """Operations by points, one table per engine."""
        for engine, points in POINTS.items():
            shown = {cell: word for cell, word in self._words.items() if cell.engine == engine}
            if not shown:
                continue
            width = max(len(cell.row) for cell in shown)
            yield f"{f'Failure points on {engine}':{width}}" + "".join(f"  {point.value}" for point in points)
            for row in dict.fromkeys(cell.row for cell in shown):
                words = {cell.point: word for cell, word in shown.items() if cell.row == row}
                yield f"{row:{width}}" + "".join(f"  {words.get(point, '-'):{len(point.value)}}" for point in points)
