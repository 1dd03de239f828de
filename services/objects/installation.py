"""The installation's id, in the database and in the store: where the two differ, rows and objects are not compared."""

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
    """At each `migrate`: write a new id into the database, then the store, of a new installation.

    Where only one side has an id, it is written into an empty store, and nowhere else: a person says by `adopt` that
    the two belong together. Raises StoreUnavailable.
    """
    database_id, store_id = id_of_database(db), id_of_store(store)
    if database_id is None and store_id is None:
        database_id = _write_into_database(db, new_id())
        _write_into_store(store, database_id)
    elif database_id is not None and store_id is None and next(store.list_keys(), None) is None:
        _write_into_store(store, database_id)
    elif database_id != store_id:
        log.error("store_of_another_installation")


def belong_together(db: Database, store: ObjectStore) -> bool:
    """Whether both have the same id, or neither has one yet. Raises StoreUnavailable."""
    return id_of_database(db) == id_of_store(store)


def adopt(db: Database, store: ObjectStore) -> str:
    """Make the two belong together, after one of them was replaced: the store's id, or else the database's, or else a
    new one, becomes that of both; returns it. Raises StoreUnavailable."""
    store_id = id_of_store(store)
    if store_id is not None:
        return _write_into_database(db, store_id)
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
