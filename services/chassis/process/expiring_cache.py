"""A cache in memory whose values expire, with a maximum size."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ExpiringCache(Generic[Value]):
    """Values by text key, kept for `seconds`; beyond `at_most` the least recently used are dropped."""

    def __init__(self, *, seconds: float, at_most: int) -> None:
        self._seconds = seconds
        self._at_most = at_most
        self._values: OrderedDict[str, tuple[float, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Value | None:
        with self._lock:
            until, value = self._values.get(key, (float("-inf"), None))
            if time.monotonic() >= until:
                self._values.pop(key, None)
                return None
            self._values.move_to_end(key)
        return value

    def put(self, key: str, value: Value) -> None:
        with self._lock:
            self._values[key] = (time.monotonic() + self._seconds, value)
            self._values.move_to_end(key)
            if len(self._values) > self._at_most:
                self._values.popitem(last=False)

    def forget(self, key: str) -> None:
        with self._lock:
            self._values.pop(key, None)
