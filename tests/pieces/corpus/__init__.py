"""Hostile files, each with its answer: of each kind the worst and the limit. They are made when
they are needed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

UNVERIFIED = "unverified"
FORMAT = "format"


@dataclass(frozen=True)
class HostileFile:
    """`answer`: the format under which it is accepted, « format » where it is of none, else why it
    is refused. `takes_seconds`: about as many as a file may have, so that a slow processor cannot
    verify it."""

    name: str
    content: bytes
    answer: str
    takes_seconds: bool = False


Family = Callable[[], Iterator[HostileFile]]
