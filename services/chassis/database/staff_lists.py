"""The SQL of a declared list of staff: the conditions of its filters, its cursors, the académies
that it may show."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, true
from sqlalchemy.orm import QueryableAttribute, Session

from services.chassis.cursors import decode_cursor
from services.chassis.errors import FieldError, Invalid, NotFound
from services.contracts.api.staff_lists import MOST_COUNTED, Counts, StaffList

UNKNOWN_CURSOR = "Ce curseur n'est pas de ceux que l'API a donnés."
Condition = Callable[[Any], ColumnElement[bool] | None]
"""Makes a condition of the value of a filter; None where that value leaves the list as it is."""


def conditions_of(
    declared: StaffList,
    given: Mapping[str, object],
    *models: type[object],
    **others: QueryableAttribute[Any] | Condition,
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of the filters that are given. `given`: their values, as the list's
    schema loads them.

    A filter is compared with the column of `models` that has its name, unless `others` gives its
    column or condition. A filter without either is an error of every call (AttributeError).
    """
    for declared_filter in declared.filters:
        name = declared_filter.name
        column_or_condition = others.get(name) or _column_named(name, models)
        value = given.get(name)
        if value is None:
            continue
        if isinstance(column_or_condition, QueryableAttribute):
            yield column_or_condition == value
            continue
        condition = column_or_condition(value)
        if condition is not None:
            yield condition


def academies_shown(seen: frozenset[str] | None, wanted: str | None) -> frozenset[str] | None:
    """Return the académies of a list whose reader sees `seen` (None: all) and asks for `wanted`
    (None: for all of these).

    Raises NotFound for one outside `seen`.
    """
    if wanted is None:
        return seen
    if seen is not None and wanted not in seen:
        raise NotFound()
    return frozenset({wanted})


def within(
    academies: Collection[str] | None,
    column: QueryableAttribute[str | None],
) -> ColumnElement[bool]:
    """Return as SQL whether the académie that `column` holds is one of these (None: all)."""
    return true() if academies is None else column.in_(academies)


def count_values(
    transaction: Session,
    declared: StaffList,
    given: Mapping[str, object],
    rows: Callable[[Mapping[str, object]], Select[*tuple[object, ...]]],
    always: Collection[str] = (),
) -> Counts:
    """Return the counts of a list. `rows`: by the filters that are given, the columns of the
    counted ones, by their names, of MOST_COUNTED rows and one more, grouped, with their `number`.

    Where the rows are not too many, a filter's values are counted as though it were not given, but
    for those that narrow `always`.
    """
    chosen = {
        name: given[name] for name in declared.counted if name in given and name not in always
    }
    unchosen = {name: value for name, value in given.items() if name not in chosen}
    groups = transaction.execute(rows(unchosen)).all()
    if not _are_all(groups):
        groups = transaction.execute(rows(given)).all()

    def numbers(name: str) -> dict[str, int]:
        counter: Counter[str] = Counter()
        for group in groups:
            values = group._mapping
            if all(values[other] == value for other, value in chosen.items() if other != name):
                counter[values.get(name) or ""] += group.number
        return counter

    filters = {
        name: {value: number for value, number in numbers(name).items() if value}
        for name in declared.counted
    }
    total = min(sum(numbers("").values()), MOST_COUNTED)
    return Counts(total=total, is_complete=_are_all(groups), filters=filters)


def _are_all(groups: Sequence[Row[*tuple[object, ...]]]) -> bool:
    """Return whether these groups hold every row."""
    return sum(group.number for group in groups) <= MOST_COUNTED


def place_of_cursor(cursor: str, parts: int) -> list[str]:
    """Return the place that a cursor of the list names, of so many texts. Raises Invalid for what
    is none."""
    try:
        place = decode_cursor(cursor)
    except ValueError:
        place = []
    texts = [part for part in place if isinstance(part, str) and _is_storable(part)]
    if len(place) != parts or len(texts) != parts:
        raise Invalid(errors=(FieldError("#/cursor", UNKNOWN_CURSOR),))
    return texts


def _is_storable(text: str) -> bool:
    return "\x00" not in text and text.encode(errors="ignore").decode() == text


def _column_named(name: str, models: Sequence[type[object]]) -> QueryableAttribute[Any]:
    for model in models:
        column = getattr(model, name, None)
        if isinstance(column, QueryableAttribute):
            return column
    raise AttributeError(f"no column and no condition for the filter « {name} »")
