"""Whether a process can do its work: all checks at once and in bounded time, so that a probe always gets its answer.

A check that hangs (a database that accepts and says nothing) is reported as such and goes on in its thread; until it
ends it is not begun again, so that probes cannot pile threads up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait

from flask import Flask

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
        self._checks = {**needs, **reports}
        self._patience = patience
        self._runs: dict[str, Future[str | None]] = {}
        self._lock = threading.Lock()

    def ask(self) -> tuple[bool, dict[str, str]]:
        """Whether every need is met, and what each check says: « ok », a short reason, or that it does not answer."""
        with self._lock:
            runs = {name: self._begun(name) for name in self._checks}
        wait(runs.values(), self._patience)
        shown = {name: (run.result() or "ok") if run.done() else SILENT for name, run in runs.items()}
        return all(shown[name] == "ok" for name in self._needs), shown

    def _begun(self, name: str) -> Future[str | None]:
        if name not in self._runs or self._runs[name].done():
            self._runs[name] = Future()
            threading.Thread(
                target=self._check, args=(name, self._runs[name]), name=f"check-{name}", daemon=True
            ).start()
        return self._runs[name]

    def _check(self, name: str, run: Future[str | None]) -> None:
        try:
            with self._app.app_context():
                run.set_result(self._checks[name]())
        except Exception as error:
            run.set_result(type(error).__name__)
