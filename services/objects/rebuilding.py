"""What became of an object that no row names, when rows are made again from keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.chassis.clock import system_now
from services.objects.store import ObjectStore


class Outcome(StrEnum):
    """`REPLACED`: the database has something newer in its place. `INCOMPLETE`: a part of it is not there.
    `NO_ROW`: no row is made of such a key. `RECENT`: whoever wrote it may still be about to name it."""

    REBUILT = "rebuilt"
    REPLACED = "replaced"
    OWNER_UNKNOWN = "owner_unknown"
    CHANGED = "changed"
    INCOMPLETE = "incomplete"
    NO_ROW = "no_row"
    RECENT = "recent"


@dataclass(frozen=True)
class Rebuilt:
    """`key` is the object's."""

    key: str
    outcome: Outcome


def is_recent(store: ObjectStore, key: str, minutes: int) -> bool:
    """Whether the object was written less than that ago: its row may be about to be committed. Raises ObjectMissing,
    StoreUnavailable."""
    return store.written_at(key) > system_now() - timedelta(minutes=minutes)
