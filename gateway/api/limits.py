"""Limits of tools' calls: the size of a body by its path, and the rate, per gateway process, by a token bucket for each
caller (an API token, or the address that presents one)."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import OrderedDict

from services.contracts.document_rules import MAX_ARCHIVE_BYTES, MAX_CSV_BYTES

MAX_BUCKETS = 10_000
_FILES_OF_IMPORTS = re.compile(r"imports/[0-9a-f]{32}/(csv|pdfs)")
_LARGEST_FILES = {"csv": MAX_CSV_BYTES, "pdfs": MAX_ARCHIVE_BYTES}


def max_file_bytes(service: str, path: str) -> int | None:
    """Of a call of that path (without « /v1/ »); None where it takes no file."""
    of_import = _FILES_OF_IMPORTS.fullmatch(path) if service == "documents" else None
    return _LARGEST_FILES[of_import[1]] if of_import else None


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
