"""Runs work in a separate thread, once at a time; concurrent callers share the run instead of waiting for a lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Result = TypeVar("Result")


class SingleRun(Generic[Result]):
    """A successful result is returned to all calls within `pause` seconds of the start of the run."""

    def __init__(self, work: Callable[[], Result], pause: float = 0.0) -> None:
        self._work, self._pause = work, pause
        self._lock = threading.Lock()
        self._run: Future[Result] | None = None
        self._begun_at = float("-inf")

    def begin(self) -> Future[Result]:
        """The current or recent run, else a new one."""
        with self._lock:
            if self._run is None or self._is_stale(self._run):
                run, self._begun_at = Future[Result](), time.monotonic()
                threading.Thread(target=self._do, args=(run,), daemon=True).start()  # if this raises, there is no run
                self._run = run
            return self._run

    def _is_stale(self, run: Future[Result]) -> bool:
        return run.done() and (bool(run.exception()) or time.monotonic() - self._begun_at >= self._pause)

    def _do(self, run: Future[Result]) -> None:
        try:
            run.set_result(self._work())
        except Exception as error:
            run.set_exception(error)
