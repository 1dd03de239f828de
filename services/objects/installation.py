"""The installation's id, in the database and in the store: two that do not belong together are never compared."""

from __future__ import annotations

import io

import structlog
from sqlalchemy import delete, insert, select

from services.chassis.database.transactions import Database, new_id
from services.objects.store import ObjectMissing, ObjectStore
from services.objects.tables import installation

log = structlog.get_logger()

KEY = "installation-id"


def mark(db: Database, store: ObjectStore) -> None:
    """At each `migrate`: give a new installation its id. Database first: a store without one is then still new.

    Where only one side has an id nothing is written, save into a store that holds nothing: a person says by `adopt`
    that they belong together. Raises StoreUnavailable.
    """
    of_database, of_store = id_of_database(db), id_of_store(store)
    if of_database is None and of_store is None:
        of_database = _write_into_database(db, new_id())
        _write_into_store(store, of_database)
    elif of_database is not None and of_store is None and _is_empty(store):
        _write_into_store(store, of_database)
    elif of_database != of_store:
        log.error("store_of_another_installation")


def belong_together(db: Database, store: ObjectStore) -> bool:
    """Whether both bear the same id, or neither has one yet. Raises StoreUnavailable."""
    return id_of_database(db) == id_of_store(store)


def adopt(db: Database, store: ObjectStore) -> str:
    """Say that they belong together, after one of them was replaced: the store's id, or else the database's, is that
    of both from now on; returns it. Raises StoreUnavailable."""
    of_store = id_of_store(store)
    if of_store is not None:
        return _write_into_database(db, of_store)
    id = id_of_database(db) or _write_into_database(db, new_id())
    _write_into_store(store, id)
    return id


def id_of_database(db: Database) -> str | None:
    with db.reading() as session:
        return session.scalar(select(installation.c.id))


def id_of_store(store: ObjectStore) -> str | None:
    try:
        return store.read(KEY).decode("ascii", "replace")
    except ObjectMissing:
        return None


def _write_into_database(db: Database, id: str) -> str:
    with db.operation() as session:
        session.execute(delete(installation))
        session.execute(insert(installation).values(id=id))
    return id


def _write_into_store(store: ObjectStore, id: str) -> None:
    content = id.encode("ascii")
    store.put(KEY, io.BytesIO(content), len(content), "text/plain")


def _is_empty(store: ObjectStore) -> bool:
    return next(store.list_keys(), None) is None
