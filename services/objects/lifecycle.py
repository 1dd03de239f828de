"""The life of an object: written and read back, named by a row, retired when replaced, erased after
KEPT_DAYS.

An object is discarded only where it is certain that no row names it: after an error that came
before COMMIT was sent. Keys are new for each attempt, so that no other row names what an attempt
discards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import BinaryIO

import structlog
from flask import current_app
from sqlalchemy import Connection, delete, event, insert, select, update
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from services.chassis.process.stopping import stopping
from services.clock import system_now
from services.objects.store import (
    BytesChanged,
    ContentDigest,
    ObjectStore,
    StoreNotAsked,
    StoreUnavailable,
)
from services.objects.tables import retired_objects

log = structlog.get_logger()

ERASING_DELAY = timedelta(days=1)
"""After the last moment at which a restoration is accepted, so that erasing and restoring never run
together."""
_PAGE_SIZE = 500  # objects


def put_verified(
    store: ObjectStore, key: str, content: BinaryIO, digest: ContentDigest, content_type: str
) -> None:
    """Write `content` under a new key, read it back, and compare that with `digest`, which is the
    content's.

    Raises StoreUnavailable or BytesChanged, with no object left behind.
    """
    try:
        if store.put(key, content, digest.size, content_type) != digest:
            raise BytesChanged(key)
    except StoreNotAsked:
        raise
    except (StoreUnavailable, BytesChanged):
        discard(store, key)
        raise


@contextmanager
def operation_naming(db: Database, store: ObjectStore, *keys: str) -> Iterator[Session]:
    """Open the write transaction that adds the rows naming the objects just written under `keys`.

    An error before COMMIT is sent discards the objects. From then on they stay, whatever the
    database answers, since an error may hide a commit that was applied. If it was not,
    reconciliation finds objects that no row names.
    """
    commits: list[Connection] = []
    try:
        with db.operation() as transaction:
            # Called right before COMMIT is sent.
            event.listen(transaction.connection(), "commit", commits.append)
            yield transaction
    except BaseException:
        if not commits:
            discard(store, *keys)
        raise


def discard(store: ObjectStore, *keys: str) -> None:
    """Delete objects that certainly no row names; reconciliation finds those that cannot be deleted
    now."""
    for key in keys:
        try:
            store.delete_at_once(key)
        except StoreUnavailable:
            log.warning("object_left_behind", key=key)


def retire(transaction: Session, *keys: str, kept: timedelta | None = None) -> None:
    """Note that objects are to be erased KEPT_DAYS from now, or after `kept`.

    In the transaction that replaces or deletes the files that they were.
    """
    now = system_now()
    kept = kept or timedelta(days=current_app.extensions["portail"].kept_days)
    rows = [{"key": key, "retired_at": now, "kept_until": now + kept} for key in keys]
    if rows:
        transaction.execute(insert(retired_objects), rows)


def retire_for_good(transaction: Session, *keys: str) -> None:
    """Note that the next `erase_expired` deletes these objects, retired before or not.

    In the transaction that erases the person whose files they are.
    """
    transaction.execute(delete(retired_objects).where(retired_objects.c.key.in_(keys)))
    retire(transaction, *keys, kept=-2 * ERASING_DELAY)


def erase_expired(db: Database, store: ObjectStore) -> int:
    """Delete the objects that were retired KEPT_DAYS ago, and return how many.

    Raises StoreUnavailable.
    """
    now = system_now()
    erased = 0
    expired = retired_objects.c.erased_at.is_(None) & (
        retired_objects.c.kept_until < now - ERASING_DELAY
    )
    wanted = (
        select(retired_objects.c.key)
        .where(expired)
        .order_by(retired_objects.c.kept_until)
        .limit(_PAGE_SIZE)
    )
    while not stopping():
        with db.reading() as transaction:
            keys = transaction.scalars(wanted).all()
        if not keys:
            break
        for key in keys:
            store.delete(key)  # S3 deletes what is not there without complaint
        with db.operation() as transaction:
            transaction.execute(
                update(retired_objects).where(retired_objects.c.key.in_(keys)).values(erased_at=now)
            )
        erased += len(keys)
    if erased:
        log.info("retired_objects_erased", count=erased)
    db.forget_what_was_erased()
    return erased
