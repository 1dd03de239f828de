"""Whether a process can do its work: all checks at once and in bounded time, so that a probe always gets its answer.

A check that hangs (a database that accepts and says nothing) is reported as such and goes on in its thread; until it
ends it is not begun again, so that probes cannot pile threads up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial

from flask import Flask

from services.chassis.process.single_run import SingleRun

# A check answers None when all is well, else a short reason.
Check = Callable[[], str | None]

PATIENCE_SECONDS = 2.5  # probes wait for 4
SILENT = "no answer"


class Readiness:
    """`needs` fail readiness; `reports` are only shown (broker, store: a candidate's action succeeds without)."""

    def __init__(
        self,
        app: Flask,
        *,
        needs: Mapping[str, Check],
        reports: Mapping[str, Check],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._app = app
        self._needs = tuple(needs)
        self._patience = patience
        self._runs = {name: SingleRun(partial(self._checked, check)) for name, check in {**needs, **reports}.items()}

    def ask(self) -> tuple[bool, dict[str, str]]:
        """Whether every need is met, and what each check says: « ok », a short reason, or that it does not answer."""
        deadline = time.monotonic() + self._patience
        begun = {name: run.begin() for name, run in self._runs.items()}
        shown = {name: _shown(run, deadline) for name, run in begun.items()}
        return all(shown[name] == "ok" for name in self._needs), shown

    def _checked(self, check: Check) -> str | None:
        with self._app.app_context():
            return check()


def _shown(run: Future[str | None], deadline: float) -> str:
    try:
        return run.result(max(0.0, deadline - time.monotonic())) or "ok"
    except Exception as error:
        return type(error).__name__ if run.done() else SILENT
