"""What a file of the corpus is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

UNVERIFIED = "unverified"
FORMAT = "format"


@dataclass(frozen=True)
class HostileFile:
    """`answer`: the format under which it is accepted, « format » where it is of none, else why it is refused.
    `takes_seconds`: about as many as a file may have, so that a slow processor cannot verify it."""

    name: str
    content: bytes
    answer: str
    takes_seconds: bool = False


Family = Callable[[], Iterator[HostileFile]]
