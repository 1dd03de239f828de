"""What became of an object that no row names, when rows are made again from keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """`REPLACED`: the database has something newer in its place. `INCOMPLETE`: a part of it is not there.
    `NO_ROW`: no row is made of such a key."""

    REBUILT = "rebuilt"
    REPLACED = "replaced"
    OWNER_UNKNOWN = "owner_unknown"
    CHANGED = "changed"
    INCOMPLETE = "incomplete"
    NO_ROW = "no_row"


@dataclass(frozen=True)
class Rebuilt:
    """`key` is the object's."""

    key: str
    outcome: Outcome
