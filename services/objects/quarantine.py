"""Objects that no row names, set apart: they are moved back or deleted by a person's command alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.chassis.clock import system_now
from services.objects.installation import KEY as INSTALLATION
from services.objects.store import ObjectMissing, ObjectStore

FOLDER = "quarantine/"
_DAY = "%Y%m%d"


class AlreadyThere(Exception):
    """An object bears the original key again."""


@dataclass(frozen=True)
class SetApart:
    """An object in quarantine: where it lies, what its key was, and the day (UTC) on which it was moved."""

    key: str
    original: str
    since: date


def may_be_named(key: str) -> bool:
    """Whether rows could name it: neither the installation's id nor what was set apart."""
    return key != INSTALLATION and not key.startswith(FOLDER)


def set_apart(store: ObjectStore, key: str) -> None:
    """Move an object into quarantine. Raises ObjectMissing, StoreUnavailable; then it is where it was."""
    if not may_be_named(key):
        raise ObjectMissing(key)  # no leftover
    store.move(key, f"{FOLDER}{system_now():{_DAY}}/{key}")


def all_set_apart(store: ObjectStore) -> Iterator[SetApart]:
    """In the order of days. What lies there under another form of key is left alone."""
    for key in store.list_keys(FOLDER):
        day, _, original = key.removeprefix(FOLDER).partition("/")
        try:
            since = datetime.strptime(day, _DAY).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        if original:
            yield SetApart(key, original, since)


def move_back(store: ObjectStore, item: SetApart) -> None:
    """To its original key. Raises AlreadyThere, ObjectMissing, StoreUnavailable."""
    if store.exists(item.original):
        raise AlreadyThere(item.original)
    store.move(item.key, item.original)


def purge(store: ObjectStore, older_than: timedelta) -> int:
    """Delete for good what was moved before that; how many."""
    limit = (system_now() - older_than).date()
    old = [item.key for item in all_set_apart(store) if item.since < limit]
    for key in old:
        store.delete(key)
    return len(old)
