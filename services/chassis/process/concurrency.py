"""A limit on what runs at once in this process: so many for each owner, and so many in all."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ConcurrencyLimit:
    """`each`: how many an owner (an id) may have at once; `in_all`: how many all owners together.

    `too_many` makes the error for an owner at the first limit, `full` the one for everybody at the second.
    """

    def __init__(
        self,
        each: int,
        too_many: Callable[[], Exception],
        in_all: float = float("inf"),
        full: Callable[[], Exception] | None = None,
    ) -> None:
        self._each, self._too_many = each, too_many
        self._in_all, self._full = in_all, full or too_many
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, owner: str) -> Iterator[None]:
        """One during the block. Raises what `too_many` and `full` make."""
        with self._lock:
            if self._taken[owner] >= self._each:
                raise self._too_many()
            if self._taken.total() >= self._in_all:
                raise self._full()
            self._taken[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken -= Counter([owner])
