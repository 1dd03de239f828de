"""Limits of a process: of concurrent work, of time, of a body (the table in docs/operations.md), and its bounded pools,
which `/metrics` shows.

Of its THREADS, three quarters may use the database or wait for a connection, and a quarter may do expensive work
(hashing, calls of the store). If one of these hangs or is overloaded, the other threads still answer.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import prometheus_client

from services.chassis.errors import Unavailable

REFUSAL = "Le portail ne peut pas répondre pour le moment."
RETRY_AFTER = 5  # seconds
QUEUE_SECONDS = 2.0
STOP_SECONDS = 25
"""What a request or a handler under way has to finish, once its process is to stop."""
MAX_BODY_BYTES = 1024 * 1024
"""Of a JSON body that a service reads, and that the gateway passes on. Routes that take files read their stream
themselves."""
POOL_SIZE = prometheus_client.Gauge("pool_size", "Places of a bounded pool of this process", ("pool",))
POOL_IN_USE = prometheus_client.Gauge("pool_in_use", "Places of it that are taken now", ("pool",))
REFUSED = prometheus_client.Counter(
    "pool_refused_total", "Requests turned away since a pool had no place in time", ("pool",)
)


class TimeLimits(NamedTuple):
    """Timeouts in seconds: a connection or its ping, a statement, a lock, an idle transaction, a call of the store."""

    connect: int
    statement: int
    lock: int
    idle: int
    store: float


WEB = TimeLimits(connect=3, statement=10, lock=5, idle=15, store=8)
WORK = TimeLimits(connect=5, statement=300, lock=10, idle=300, store=120)
MIGRATION = WORK._replace(statement=3600, idle=3600)
_limits = WORK


def set_role(limits: TimeLimits) -> None:
    """To be called once, before the process creates its application; the default is WORK."""
    global _limits
    _limits = limits


def time_limits() -> TimeLimits:
    """The time limits of this process's role."""
    return _limits


def thread_count() -> int:
    """How many requests this process answers concurrently: THREADS."""
    return int(os.environ.get("THREADS", "64"))


class Limit:
    """Limits concurrent work to `places`. Three quarters of them, `max_running` at most, run; the others wait for
    QUEUE_SECONDS. Further requests are refused at once, with the French sentence `refusal`. `name`: of the pool, in
    metrics, which show those that run and those that wait."""

    def __init__(self, name: str, places: int, max_running: int, refusal: str = REFUSAL) -> None:
        self.running = max(1, min(max_running, places * 3 // 4))
        self._running = Places(self.running)
        self._present = Places(max(places, self.running))
        self._name, self._refusal = name, refusal
        show_pool(name, self._present.size, self._present.taken)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place during the block. Raises Unavailable if there is none."""
        with self._acquired(self._present, 0), self._acquired(self._running, QUEUE_SECONDS):
            yield

    @contextmanager
    def _acquired(self, semaphore: Places, seconds: float) -> Iterator[None]:
        if not semaphore.acquire(timeout=seconds):
            count_refusal(self._name)
            raise Unavailable(self._refusal, retry_after=RETRY_AFTER)
        try:
            yield
        finally:
            semaphore.release()


class Places:
    """A bounded semaphore that tells how many of its places are taken."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._free = threading.BoundedSemaphore(size)
        self._taken, self._lock = 0, threading.Lock()

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


def show_pool(name: str, size: int, in_use: Callable[[], int]) -> None:
    """Show the pool in `/metrics`, instead of an earlier one of that name. `in_use`: how many places are taken."""
    POOL_SIZE.labels(name).set(size)
    POOL_IN_USE.labels(name).set_function(in_use)
    REFUSED.labels(name)  # shown from the start, as 0


def count_refusal(name: str) -> None:
    """To be called where a request is turned away."""
    REFUSED.labels(name).inc()


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
