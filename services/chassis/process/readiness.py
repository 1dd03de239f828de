"""Checks whether a process can do its work: all checks in parallel and in bounded time, so that a
probe is answered.

A check that hangs (a database that accepts and stays silent) is reported as such and continues in
its thread; it is not started again until it ends, so that probes do not accumulate threads.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial

from flask import Flask

from services.chassis.process.kept_results import SingleRun

# Returns None if all is well, else a short reason.
Check = Callable[[], str | None]

TIMEOUT_SECONDS = 2.5  # probes wait for 4
SILENT = "no answer"


class Readiness:
    """`needs`: checks that readiness requires; `reports`: checks that are only shown (broker,
    object store: actions of candidates succeed without them)."""

    def __init__(
        self,
        app: Flask,
        *,
        needs: Mapping[str, Check],
        reports: Mapping[str, Check],
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._app = app
        self._needs = tuple(needs)
        self._timeout = timeout
        self._runs = {
            name: SingleRun(partial(self._checked, check))
            for name, check in {**needs, **reports}.items()
        }

    def ask(self) -> tuple[bool, dict[str, str]]:
        """Whether all needs are met, and the result of each check: « ok », a short reason, or
        SILENT."""
        deadline = time.monotonic() + self._timeout
        started = {name: run.begin() for name, run in self._runs.items()}
        shown = {name: _shown(run, deadline) for name, run in started.items()}
        return all(shown[name] == "ok" for name in self._needs), shown

    def _checked(self, check: Check) -> str | None:
        with self._app.app_context():
            return check()


def _shown(run: Future[str | None], deadline: float) -> str:
    try:
        return run.result(max(0.0, deadline - time.monotonic())) or "ok"
    except Exception as error:
        return type(error).__name__ if run.done() else SILENT
