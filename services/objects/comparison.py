"""Compares rows with objects, both in the order of keys and page by page: memory does not grow with their number."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, null, select, true

from services.chassis.clock import system_now
from services.chassis.database.transactions import Database
from services.objects.audit_roots import AUDIT_ROOTS
from services.objects.store import ObjectStore
from services.objects.tables import retired_objects

PAGE_SIZE = 1000  # rows, or differences
_OF_NO_ROW = (AUDIT_ROOTS, "installation-id", "quarantine/")  # the last two: of earlier versions
Item = TypeVar("Item")


@dataclass(frozen=True)
class KeyColumn:
    """A column of object keys, unique and indexed. `row_id`: its table's primary key; `needed`: which rows need their
    object."""

    key: Any
    row_id: Any
    needed: ColumnElement[bool] = field(default_factory=true)


@dataclass(frozen=True)
class KeyRow:
    """A row that needs the object `key`. `row_id`: None for a retired object."""

    key: str
    row_id: str | None


def listed_keys(store: ObjectStore) -> Iterator[str]:
    """The keys in the store that rows could name, in order. Raises StoreUnavailable."""
    return (key for key in store.list_keys() if not key.startswith(_OF_NO_ROW))


def compare(rows: Iterable[KeyRow], keys: Iterable[str]) -> Iterator[KeyRow | str]:
    """The differences between rows and keys, both in order: each row without its object, the key of
    each object without a row."""
    named = ((row.key, row) for row in rows)
    stored = ((key, None) for key in keys)
    merged: Iterator[tuple[str, KeyRow | None]] = heapq.merge(named, stored, key=lambda pair: pair[0])
    for key, pairs in groupby(merged, key=lambda pair: pair[0]):
        sides = [row for _, row in pairs]
        if sides == [None]:
            yield key
        elif None not in sides and sides[0] is not None:
            yield sides[0]


def rows_by_key(db: Database, columns: Sequence[KeyColumn], counter: Counter) -> Iterator[KeyRow]:
    """The rows that need their object, in the order of keys; `counter` counts them."""
    now = system_now()
    by_column = [_rows_of(db, _naming_rows(column)) for column in columns]
    merged = heapq.merge(*by_column, _rows_of(db, _unexpired_rows(now)), key=lambda row: row.key)
    return counter.counting(merged)


def confirm_lost(
    db: Database, store: ObjectStore, columns: Sequence[KeyColumn], suspects: Sequence[KeyRow]
) -> list[KeyRow]:
    """The suspects without those whose object was added, or whose row was deleted, since both were read."""
    missing = [lost for lost in suspects if not store.exists(lost.key)]
    keys = [lost.key for lost in missing]
    needed = _existing_keys(db, keys, [*map(_naming_rows, columns), _unexpired_rows(system_now())])
    return [lost for lost in missing if lost.key in needed]


def confirm_unknown(db: Database, columns: Sequence[KeyColumn], suspects: Sequence[str]) -> list[str]:
    """The suspects without those that a row names by now, or that were retired and are still to be erased."""
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


def in_pages(items: Iterable[Item], size: int = PAGE_SIZE) -> Iterator[list[Item]]:
    iterator = iter(items)
    while page := list(islice(iterator, size)):
        yield page


def _naming_rows(column: KeyColumn) -> Select[Any]:
    """Rows that need their object, without retired objects, which `_unexpired_rows` gives."""
    is_retired = select(retired_objects.c.key).where(retired_objects.c.key == column.key).exists()
    return select(column.key, column.row_id).where(column.key.is_not(None), column.needed, ~is_retired)


def _retired_rows() -> Select[Any]:
    return select(retired_objects.c.key, null()).where(retired_objects.c.erased_at.is_(None))


def _unexpired_rows(now: datetime) -> Select[Any]:
    return _retired_rows().where(retired_objects.c.kept_until > now)


def _rows_of(db: Database, query: Select[Any]) -> Iterator[KeyRow]:
    """Reads page by page, each in its own transaction and from the last key of the page before."""
    key = query.selected_columns[0]
    after = ""
    while True:
        with db.reading() as session:
            page = session.execute(query.where(key > after).order_by(key).limit(PAGE_SIZE)).all()
        yield from (KeyRow(row[0], row[1]) for row in page)
        if len(page) < PAGE_SIZE:
            return
        after = page[-1][0]


def _existing_keys(db: Database, keys: Sequence[str], queries: Sequence[Select[Any]]) -> set[str]:
    """Those of the keys that any of the queries finds."""
    if not keys:
        return set()
    with db.reading() as session:
        return {
            row[0] for query in queries for row in session.execute(query.where(query.selected_columns[0].in_(keys)))
        }
