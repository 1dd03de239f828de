"""Deletes obsolete rows one page at a time, so that concurrent writers wait for one page at
most."""

from typing import cast

from sqlalchemy import Column, ColumnElement, delete, select
from sqlalchemy.orm import QueryableAttribute

from services.chassis.database.transactions import Database
from services.chassis.process.stopping import stopping

PAGE = 1000


def delete_in_pages(
    db: Database,
    key: ColumnElement[object] | QueryableAttribute[object],
    *,
    where: ColumnElement[bool],
) -> int:
    """Delete the rows for which `where` is true, PAGE per transaction, and return their number.
    `key`: the primary key, a column or an attribute of a model.

    Returns early if the running job is asked to stop.
    """
    table = cast(Column[object], key).table
    page = select(key).where(where).limit(PAGE)
    forgotten = 0
    last = PAGE
    while last == PAGE and not stopping():
        with db.operation() as transaction:
            gone = transaction.execute(delete(table).where(key.in_(page)))
            last = int(gone.rowcount)  # type: ignore[attr-defined]
        forgotten += last
    return forgotten
