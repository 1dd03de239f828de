"""The rate limit of tools' calls, per gateway process, by a token bucket for each caller (an API token, or the address
that presents one)."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict

MAX_BUCKETS = 10_000


class RateLimiter:
    """`per_minute` calls of each caller on average, and at most as many in a burst."""

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60
        self._size = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, caller: str) -> int:
        """0 if the call is admitted, else the seconds to wait."""
        now = time.monotonic()
        with self._lock:
            tokens, last_call = self._buckets.pop(caller, (self._size, now))
            tokens = min(self._size, tokens + (now - last_call) * self._rate)
            is_admitted = tokens >= 1
            self._buckets[caller] = (tokens - 1 if is_admitted else tokens, now)
            if len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
        return 0 if is_admitted else max(1, math.ceil((1 - tokens) / self._rate))
