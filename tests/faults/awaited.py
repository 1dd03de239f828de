"""Points at which an operation does not hold yet, and what is missing. Once it holds, its test fails until it is taken
from here."""

from __future__ import annotations

from typing import Any

from tests.faults.documents import OrderDocument
from tests.faults.operation import Operation
from tests.faults.table import Cell
from tests.support.commits import Point

_APPLIED = frozenset(point for point in Point if point.applied)
_AWAITED: dict[type[Operation[Any]], tuple[frozenset[Point], str]] = {
    OrderDocument: (_APPLIED, "an order that is sent again cannot be told from a second order"),
}


def missing_for(cell: Cell) -> str | None:
    """What is missing for this cell; None where it must hold."""
    points, missing = _AWAITED.get(cell.operation, (frozenset(), ""))
    return missing if cell.point in points else None
