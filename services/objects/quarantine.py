"""The quarantine: a folder of the store for objects that no row names. A person alone moves or deletes them there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.chassis.clock import system_now
from services.objects.installation import KEY as INSTALLATION
from services.objects.store import ObjectMissing, ObjectStore

FOLDER = "quarantine/"
_DAY = "%Y%m%d"


class KeyTaken(Exception):
    """Another object has the original key by now."""


@dataclass(frozen=True)
class QuarantinedObject:
    """An object in quarantine. `key`: its key there; `original`: its key before; `since`: the day (UTC) of the move."""

    key: str
    original: str
    since: date


def is_nameable(key: str) -> bool:
    """Whether rows could name the key: it is neither the installation's id nor in quarantine."""
    return key != INSTALLATION and not key.startswith(FOLDER)


def set_apart(store: ObjectStore, key: str) -> None:
    """Move an object into quarantine. Raises ObjectMissing, BytesChanged or StoreUnavailable; then it is where it was.

    For a key that rows could not name ObjectMissing is raised too: it is no leftover.
    """
    if not is_nameable(key):
        raise ObjectMissing(key)
    store.move(key, f"{FOLDER}{system_now():{_DAY}}/{key}")


def all_set_apart(store: ObjectStore) -> Iterator[QuarantinedObject]:
    """All objects in quarantine, in the order of days; those with a key of another form are left out."""
    for key in store.list_keys(FOLDER):
        day, _, original = key.removeprefix(FOLDER).partition("/")
        try:
            since = datetime.strptime(day, _DAY).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        if original:
            yield QuarantinedObject(key, original, since)


def move_back(store: ObjectStore, item: QuarantinedObject) -> None:
    """Move an object to its original key. Raises KeyTaken, ObjectMissing, BytesChanged, StoreUnavailable."""
    if store.exists(item.original):
        raise KeyTaken(item.original)
    store.move(item.key, item.original)


def purge(store: ObjectStore, older_than: timedelta) -> int:
    """Delete for good the objects that were moved longer ago than `older_than`; returns how many."""
    limit = (system_now() - older_than).date()
    old = [item.key for item in all_set_apart(store) if item.since < limit]
    for key in old:
        store.delete(key)
    return len(old)
