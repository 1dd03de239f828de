"""Rows and objects compared both ways, in the order of keys and in pages: memory stays flat at any size."""

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
from services.objects.quarantine import may_be_named
from services.objects.store import ObjectStore
from services.objects.tables import retired_objects

PAGE = 1000
Item = TypeVar("Item")


@dataclass(frozen=True)
class NamingColumn:
    """A column of object keys, unique and indexed, and its table's primary key; `needed`: which of the rows count."""

    key: Any
    row_id: Any
    needed: ColumnElement[bool] = field(default_factory=true)


@dataclass(frozen=True)
class Lost:
    """An object that a row needs and that the store does not have; `row_id` None where it was retired."""

    key: str
    row_id: str | None


@dataclass(frozen=True)
class Row:
    key: str
    row_id: str | None


def objects_of(store: ObjectStore) -> Iterator[str]:
    """The keys that rows may name, in order. Raises StoreUnavailable."""
    return filter(may_be_named, store.list_keys())


def differences(rows: Iterable[Row], keys: Iterable[str]) -> Iterator[Lost | str]:
    """What only one side has, both being in order: a Lost for each row without its object, the key of each object
    without a row."""
    named = ((row.key, row) for row in rows)
    stored = ((key, None) for key in keys)
    merged: Iterator[tuple[str, Row | None]] = heapq.merge(named, stored, key=lambda pair: pair[0])
    for key, pairs in groupby(merged, key=lambda pair: pair[0]):
        sides = [row for _, row in pairs]
        if sides == [None]:
            yield key
        elif None not in sides and sides[0] is not None:
            yield Lost(key, sides[0].row_id)


def rows_naming(db: Database, columns: Sequence[NamingColumn], counted: Counter) -> Iterator[Row]:
    """The rows that need their object, in the order of keys."""
    now = system_now()
    pages = [_rows_of(db, _named(column)) for column in columns]
    merged = heapq.merge(*pages, _rows_of(db, _still_kept(now)), key=lambda row: row.key)
    return counted.through(merged)


def still_lost(
    db: Database, store: ObjectStore, columns: Sequence[NamingColumn], suspects: Sequence[Lost]
) -> list[Lost]:
    """Without those whose object came, or whose row went, since both were read."""
    absent = [lost for lost in suspects if not store.exists(lost.key)]
    keys = [lost.key for lost in absent]
    needed = _matching(db, keys, [*map(_named, columns), _still_kept(system_now())])
    return [lost for lost in absent if lost.key in needed]


def still_unknown(db: Database, columns: Sequence[NamingColumn], suspects: Sequence[str]) -> list[str]:
    """Without those that a row names by now, or that were retired and are to be erased."""
    known = _matching(db, suspects, [*map(_named, columns), _retired()])
    return [key for key in suspects if key not in known]


class Counter:
    """How many passed."""

    def __init__(self) -> None:
        self.count = 0

    def through(self, items: Iterable[Item]) -> Iterator[Item]:
        for item in items:
            self.count += 1
            yield item


def pages(items: Iterable[Item], size: int = PAGE) -> Iterator[list[Item]]:
    iterator = iter(items)
    while page := list(islice(iterator, size)):
        yield page


def _named(column: NamingColumn) -> Select[Any]:
    """Rows that need their object: retired ones are asked for by their own table."""
    gone = select(retired_objects.c.key).where(retired_objects.c.key == column.key).exists()
    return select(column.key, column.row_id).where(column.key.is_not(None), column.needed, ~gone)


def _retired() -> Select[Any]:
    return select(retired_objects.c.key, null()).where(retired_objects.c.erased_at.is_(None))


def _still_kept(now: datetime) -> Select[Any]:
    return _retired().where(retired_objects.c.kept_until > now)


def _rows_of(db: Database, wanted: Select[Any]) -> Iterator[Row]:
    """One page a transaction, each beginning after the last key of the one before."""
    key = wanted.selected_columns[0]
    after = ""
    while True:
        with db.reading() as session:
            page = session.execute(wanted.where(key > after).order_by(key).limit(PAGE)).all()
        yield from (Row(row[0], row[1]) for row in page)
        if len(page) < PAGE:
            return
        after = page[-1][0]


def _matching(db: Database, keys: Sequence[str], wanted: Sequence[Select[Any]]) -> set[str]:
    if not keys:
        return set()
    with db.reading() as session:
        return {row[0] for query in wanted for row in session.execute(query.where(query.selected_columns[0].in_(keys)))}
