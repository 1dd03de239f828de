"""Cells that do not hold yet, each with what is missing. A cell that holds must not stand here: its test would fail."""

from __future__ import annotations

from typing import Any

from tests.faults.documents import MakeDocuments, MakeOrderedDocument, OrderDocument
from tests.faults.operation import Operation
from tests.faults.pieces import DepositFile, ReplaceFile, TakeFileBack
from tests.faults.table import Cell
from tests.support.commits import Point

EVERY_POINT = frozenset(Point)
APPLIED = frozenset(point for point in Point if point.applied)
BEFORE = frozenset({Point.BEFORE})

KEPT = "a replaced or deleted file is erased at once"
DISCARDED = "an object is discarded though its commit may have been applied"
LEFT = "objects of a transaction that never asked for its commit are left"
DOUBLED = "an order pressed again after its answer was lost is a second order"

_AWAITED: dict[type[Operation[Any]], list[tuple[frozenset[Point], frozenset[int], str]]] = {
    DepositFile: [(frozenset({Point.ANSWER_LOST}), frozenset({0}), DISCARDED)],
    ReplaceFile: [(EVERY_POINT, frozenset({0}), KEPT)],
    TakeFileBack: [(EVERY_POINT, frozenset({0}), KEPT)],
    MakeDocuments: [(BEFORE, frozenset({1, 2}), LEFT)],
    OrderDocument: [(BEFORE, frozenset({0}), LEFT), (APPLIED, frozenset({0}), DOUBLED)],
    MakeOrderedDocument: [(BEFORE, frozenset({1}), LEFT)],
}


def reason(cell: Cell) -> str | None:
    """What is missing for this cell; None where it must hold."""
    for points, numbers, missing in _AWAITED.get(cell.operation, []):
        if cell.point in points and cell.number in numbers:
            return missing
    return None
