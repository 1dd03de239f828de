"""A limit on concurrent work in this process: per owner, and in total."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ConcurrencyLimit:
    """`per_owner`: limit for one owner (an id); `total`: limit for all owners together.

    `owner_error` creates the error raised at the first limit, `total_error` the one raised at the second.
    """

    def __init__(
        self,
        per_owner: int,
        owner_error: Callable[[], Exception],
        total: float = float("inf"),
        total_error: Callable[[], Exception] | None = None,
    ) -> None:
        self._per_owner, self._owner_error = per_owner, owner_error
        self._total, self._total_error = total, total_error or owner_error
        self._occupied: Counter[str] = Counter()
        self._lock = threading.Lock()

    def taken(self) -> int:
        """Places that all owners hold together."""
        with self._lock:
            return self._occupied.total()

    @contextmanager
    def place(self, owner: str) -> Iterator[None]:
        """Hold a place during the block. Raises `owner_error()` or `total_error()`."""
        with self._lock:
            if self._occupied[owner] >= self._per_owner:
                raise self._owner_error()
            if self._occupied.total() >= self._total:
                raise self._total_error()
            self._occupied[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._occupied -= Counter([owner])
