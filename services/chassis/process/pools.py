"""Bounded pools of this process, for operators: how many places each has, how many are taken, how often it refused.

A pool is asked when `/metrics` is read, so that taking a place costs nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock

from prometheus_client import REGISTRY, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

REFUSED = Counter("pool_refused_total", "Requests turned away since a pool had no place in time", ("pool",))


class Places:
    """A bounded semaphore that tells how many of its places are taken."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._free = BoundedSemaphore(size)
        self._taken, self._lock = 0, Lock()

    def acquire(self, timeout: float = 0) -> bool:
        """Whether a place became free within `timeout` seconds."""
        is_acquired = self._free.acquire(timeout=timeout)
        if is_acquired:
            with self._lock:
                self._taken += 1
        return is_acquired

    def release(self) -> None:
        with self._lock:
            self._taken -= 1
        self._free.release()

    def taken(self) -> int:
        return self._taken


@dataclass(frozen=True)
class _Pool:
    size: int
    in_use: Callable[[], int]


class _Pools(Collector):
    def __init__(self) -> None:
        self.by_name: dict[str, _Pool] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        size = GaugeMetricFamily("pool_size", "Places of a bounded pool of this process", labels=("pool",))
        in_use = GaugeMetricFamily("pool_in_use", "Places of it that are taken now", labels=("pool",))
        for name, pool in list(self.by_name.items()):
            size.add_metric((name,), pool.size)
            in_use.add_metric((name,), pool.in_use())
        yield from (size, in_use)


_POOLS = _Pools()
REGISTRY.register(_POOLS)


def show_pool(name: str, size: int, in_use: Callable[[], int]) -> None:
    """Show the pool in `/metrics`, instead of an earlier one of that name. `in_use`: how many places are taken."""
    _POOLS.by_name[name] = _Pool(size, in_use)
    REFUSED.labels(name)  # shown from the start, as 0


def count_refusal(name: str) -> None:
    """To be called where a request is turned away."""
    REFUSED.labels(name).inc()
