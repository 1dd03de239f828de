"""The outcomes of rebuilding rows from the keys of objects that no row names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.chassis.clock import system_now
from services.objects.store import ObjectStore


class Outcome(StrEnum):
    """Of one object. `REBUILT`: its row was added, or would be. `REPLACED`: the database has something newer in its
    place. `OWNER_UNKNOWN`: the database does not know whose it is. `CHANGED`: its bytes are not those of its key.
    `INCOMPLETE`: a part of it is missing. `NO_ROW`: no row is made of such a key. `RECENT`: the transaction that names
    it may still be running."""

    REBUILT = "rebuilt"
    REPLACED = "replaced"
    OWNER_UNKNOWN = "owner_unknown"
    CHANGED = "changed"
    INCOMPLETE = "incomplete"
    NO_ROW = "no_row"
    RECENT = "recent"


@dataclass(frozen=True)
class Rebuilt:
    """What became of the object `key`."""

    key: str
    outcome: Outcome


def is_recent(store: ObjectStore, key: str, minutes: int) -> bool:
    """Whether the object was written less than `minutes` ago, so that its row may be about to be committed.

    Raises ObjectMissing, StoreUnavailable.
    """
    return store.written_at(key) > system_now() - timedelta(minutes=minutes)
