"""How often one token may call, or one address present tokens: a bucket that refills, per gateway process."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict

KEPT_AT_MOST = 10_000


class Limits:
    """`per_minute` calls in the long run, and at most as many at once."""

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60
        self._size = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_of(self, who: str) -> int:
        """0 when the call may go on, else seconds to wait."""
        now = time.monotonic()
        with self._lock:
            left, seen = self._buckets.pop(who, (self._size, now))
            left = min(self._size, left + (now - seen) * self._rate)
            allowed = left >= 1
            self._buckets[who] = (left - 1 if allowed else left, now)
            if len(self._buckets) > KEPT_AT_MOST:
                self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - left) / self._rate))
