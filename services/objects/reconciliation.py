"""Compares rows with objects, both in the order of keys and page by page: memory does not grow with
their number. Lost objects are reported (and made again by a service that can); objects that no row
names are reported and stay."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import TypeVar, cast

import structlog
from sqlalchemy import ColumnElement, Select, null, select, true
from sqlalchemy.orm import InstrumentedAttribute

from services.chassis.database.transactions import Database
from services.chassis.process.stopping import stopping
from services.chassis.tasks import gauges
from services.chassis.tasks.gauges import Gauge
from services.clock import system_now
from services.objects.store import AUDIT_ROOTS, ObjectStore
from services.objects.tables import retired_objects

log = structlog.get_logger()

PAGE_SIZE = 1000  # rows, or differences
_OF_NO_ROW = (AUDIT_ROOTS, "installation-id", "quarantine/")  # the last two: of earlier versions
Item = TypeVar("Item")
_Rows = Select[str, str | None]
"""A key and the id of the row that names it; None for a retired object."""


@dataclass(frozen=True)
class KeyColumn:
    """A column of object keys, unique and indexed. `row_id`: its table's primary key; `needed`:
    which rows need their object."""

    key: InstrumentedAttribute[str | None]
    row_id: InstrumentedAttribute[str]
    needed: ColumnElement[bool] = field(default_factory=true)


@dataclass(frozen=True)
class KeyRow:
    """A row that needs the object `key`. `row_id`: None for a retired object."""

    key: str
    row_id: str | None


def compare(rows: Iterable[KeyRow], keys: Iterable[str]) -> Iterator[KeyRow | str]:
    """Yield the differences between rows and keys, both in order: each row without its object, the
    key of each object without a row."""
    named = ((row.key, row) for row in rows)
    stored = ((key, None) for key in keys)
    merged: Iterator[tuple[str, KeyRow | None]] = heapq.merge(
        named, stored, key=lambda pair: pair[0]
    )
    for key, pairs in groupby(merged, key=lambda pair: pair[0]):
        sides = [row for _, row in pairs]
        if sides == [None]:
            yield key
        elif None not in sides and sides[0] is not None:
            yield sides[0]


def rows_by_key(db: Database, columns: Sequence[KeyColumn], counter: Counter) -> Iterator[KeyRow]:
    """Yield the rows that need their object, in the order of keys; `counter` counts them."""
    queries = [*map(_naming_rows, columns), _unexpired_rows()]
    return counter.counting(
        heapq.merge(*(_rows_of(db, query) for query in queries), key=lambda row: row.key)
    )


def confirm_lost(
    db: Database, store: ObjectStore, columns: Sequence[KeyColumn], suspects: Sequence[KeyRow]
) -> list[KeyRow]:
    """Return the suspects without those whose object was added, or whose row was deleted, since
    both were read."""
    missing = [lost for lost in suspects if not store.exists(lost.key)]
    keys = [lost.key for lost in missing]
    needed = _existing_keys(db, keys, [*map(_naming_rows, columns), _unexpired_rows()])
    return [lost for lost in missing if lost.key in needed]


def confirm_unknown(
    db: Database, columns: Sequence[KeyColumn], suspects: Sequence[str]
) -> list[str]:
    """Return the suspects without those that a row names by now, or that were retired and are
    still to be erased."""
    known = _existing_keys(db, suspects, [*map(_naming_rows, columns), _retired_rows()])
    return [key for key in suspects if key not in known]


class Counter:
    """Counts the items that pass through `counting`."""

    def __init__(self) -> None:
        self.count = 0

    def counting(self, items: Iterable[Item]) -> Iterator[Item]:
        for item in items:
            self.count += 1
            yield item


def _naming_rows(column: KeyColumn) -> _Rows:
    """Select rows that need their object, without retired objects, which `_unexpired_rows`
    gives."""
    is_retired = select(retired_objects.c.key).where(retired_objects.c.key == column.key).exists()
    named = select(column.key, column.row_id).where(column.key.is_not(None))
    return cast(_Rows, named.where(column.needed, ~is_retired))


def _retired_rows() -> _Rows:
    return select(retired_objects.c.key, null()).where(retired_objects.c.erased_at.is_(None))


def _unexpired_rows() -> _Rows:
    return _retired_rows().where(retired_objects.c.kept_until > system_now())


def _rows_of(db: Database, query: _Rows) -> Iterator[KeyRow]:
    """Yield the rows of a query page by page, each read in its own transaction and from the last
    key of the page before."""
    key = query.selected_columns[0]
    after = ""
    while True:
        with db.reading() as transaction:
            page = transaction.execute(
                query.where(key > after).order_by(key).limit(PAGE_SIZE)
            ).all()
        yield from (KeyRow(row[0], row[1]) for row in page)
        if len(page) < PAGE_SIZE:
            return
        after = page[-1][0]


def _existing_keys(db: Database, keys: Sequence[str], queries: Sequence[_Rows]) -> set[str]:
    """Return those of the keys that any of the queries finds."""
    if not keys:
        return set()
    with db.reading() as transaction:
        return {
            row[0]
            for query in queries
            for row in transaction.execute(query.where(query.selected_columns[0].in_(keys)))
        }


MAX_LISTED = 1000  # how many of each kind a report names

LOST = Gauge("objects_lost", "Objects that rows name and the store does not have", ("service",))
UNKNOWN = Gauge("objects_unknown", "Objects that no row names", ("service",))

Mend = Callable[[Sequence[KeyRow]], Sequence[KeyRow]]
"""Makes lost objects again, as far as it can, and returns those."""


@dataclass
class Report:
    """The outcome of one comparison.

    `lost` and `unknown`: the first MAX_LISTED of `lost_count` and `unknown_count`; `mended`: how
    many lost ones were made again. A run that its worker's end cut short is not `complete`.
    """

    rows: int = 0
    objects: int = 0
    lost: list[KeyRow] = field(default_factory=list)
    lost_count: int = 0
    mended: int = 0
    unknown: list[str] = field(default_factory=list)
    unknown_count: int = 0
    complete: bool = True


@dataclass(frozen=True)
class Reconciliation:
    """The comparison of one service's rows with its objects."""

    service: str
    db: Database
    store: ObjectStore
    columns: Sequence[KeyColumn]
    mend: Mend = lambda lost: ()

    def report(self) -> Report:
        """Compare, and change nothing but the gauges. Raises StoreUnavailable."""
        return self._compare(lambda lost: ())

    def run(self) -> Report:
        """Compare, and mend lost objects. Raises StoreUnavailable."""
        report = self._compare(self.mend)
        if report.complete:
            for item in report.lost:
                log.error("object_lost", key=item.key, row_id=item.row_id)
            level = log.error if report.lost_count else log.info
            level(
                "objects_reconciled",
                service=self.service,
                rows=report.rows,
                objects=report.objects,
                lost=report.lost_count,
                mended=report.mended,
                unknown=report.unknown_count,
            )
        return report

    def _compare(self, mend: Mend) -> Report:
        report = Report()
        rows = Counter()
        objects = Counter()
        keys = (key for key in self.store.list_keys() if not key.startswith(_OF_NO_ROW))
        differences = compare(rows_by_key(self.db, self.columns, rows), objects.counting(keys))
        while page := list(islice(differences, PAGE_SIZE)):
            if stopping():
                report.complete = False
                return report
            self._add_lost(
                report, [suspect for suspect in page if isinstance(suspect, KeyRow)], mend
            )
            unknown = confirm_unknown(
                self.db, self.columns, [suspect for suspect in page if isinstance(suspect, str)]
            )
            report.unknown_count += len(unknown)
            report.unknown += unknown[: MAX_LISTED - len(report.unknown)]
        report.rows = rows.count
        report.objects = objects.count
        gauges.record(self.db, LOST, {(self.service,): report.lost_count})
        gauges.record(self.db, UNKNOWN, {(self.service,): report.unknown_count})
        return report

    def _add_lost(self, report: Report, suspects: Sequence[KeyRow], mend: Mend) -> None:
        lost = confirm_lost(self.db, self.store, self.columns, suspects)
        mended = set(mend(lost)) if lost else set()
        remaining = [item for item in lost if item not in mended]
        report.mended += len(mended)
        report.lost_count += len(remaining)
        report.lost += remaining[: MAX_LISTED - len(report.lost)]
