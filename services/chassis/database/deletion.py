"""Deletes obsolete rows one page at a time, so that concurrent writers wait for one page at
most."""

from typing import Any

from sqlalchemy import ColumnElement, delete, select, tuple_

from services.chassis.database.transactions import Database
from services.chassis.process.stopping import stopping

PAGE = 1000


def delete_in_pages(db: Database, *key: Any, where: ColumnElement[bool]) -> int:
    """Delete the rows for which `where` is true, PAGE per transaction. Returns their number. `key`:
    the primary key.

    Returns early if the running job is asked to stop.
    """
    page = select(*key).where(where).limit(PAGE)
    forgotten = 0
    last = PAGE
    while last == PAGE and not stopping():
        with db.operation() as transaction:
            gone = transaction.execute(delete(key[0].table).where(tuple_(*key).in_(page)))
            last = int(gone.rowcount)  # type: ignore[attr-defined]
        forgotten += last
    return forgotten
