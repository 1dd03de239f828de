"""Results that a process keeps: a cache whose values expire, and work that concurrent callers
share."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from cachetools import TTLCache

Value = TypeVar("Value")
Result = TypeVar("Result")


class ExpiringCache(Generic[Value]):
    """Kept for `seconds`; beyond `at_most` the least recently used are dropped. For several
    threads."""

    def __init__(self, *, seconds: float, at_most: int) -> None:
        self._values: TTLCache[str, Value] = TTLCache(at_most, seconds)
        self._lock = threading.Lock()

    def get(self, key: str) -> Value | None:
        with self._lock:
            return self._values.get(key)

    def put(self, key: str, value: Value) -> None:
        with self._lock:
            self._values[key] = value

    def forget(self, key: str) -> None:
        with self._lock:
            self._values.pop(key, None)


class SingleRun(Generic[Result]):
    """A successful result is returned to all calls within `pause` seconds of the start of the
    run."""

    def __init__(self, work: Callable[[], Result], pause: float = 0.0) -> None:
        self._work = work
        self._pause = pause
        self._lock = threading.Lock()
        self._run: Future[Result] | None = None
        self._begun_at = float("-inf")

    def begin(self) -> Future[Result]:
        """The current or recent run, else a new one."""
        with self._lock:
            if self._run is None or self._is_stale(self._run):
                run = Future[Result]()
                self._begun_at = time.monotonic()
                threading.Thread(
                    target=self._do, args=(run,), daemon=True
                ).start()  # if this raises, there is no run
                self._run = run
            return self._run

    def _is_stale(self, run: Future[Result]) -> bool:
        return run.done() and (
            bool(run.exception()) or time.monotonic() - self._begun_at >= self._pause
        )

    def _do(self, run: Future[Result]) -> None:
        try:
            run.set_result(self._work())
        except Exception as error:
            run.set_exception(error)
