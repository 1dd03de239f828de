"""Whether a process can do its work: all checks at once and in bounded time, so that a probe always gets its answer.

A check that hangs (a database that accepts and says nothing) is reported as such and goes on in its thread; until it
ends it is not begun again, so that probes cannot pile threads up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Flask

# A check answers None when all is well, else a short reason.
Check = Callable[[], str | None]

PATIENCE_SECONDS = 2.5  # probes wait for 4
SILENT = "no answer"


@dataclass
class _Run:
    """One run of one check; `reason` holds once `done` is set."""

    done: threading.Event = field(default_factory=threading.Event)
    reason: str | None = None

    def shown(self, deadline: float) -> str:
        if not self.done.wait(max(0.0, deadline - time.monotonic())):
            return SILENT
        return self.reason or "ok"


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
        self._runs: dict[str, _Run] = {}
        self._lock = threading.Lock()

    def ask(self) -> tuple[bool, dict[str, str]]:
        """Whether every need is met, and what each check says: « ok », a short reason, or that it does not answer."""
        deadline = time.monotonic() + self._patience
        runs = {name: self._begun(name) for name in self._checks}
        shown = {name: run.shown(deadline) for name, run in runs.items()}
        return all(shown[name] == "ok" for name in self._needs), shown

    def _begun(self, name: str) -> _Run:
        with self._lock:
            run = self._runs.get(name)
            if run is None or run.done.is_set():
                run = self._runs[name] = _Run()
                threading.Thread(target=self._check, args=(name, run), name=f"check-{name}", daemon=True).start()
            return run

    def _check(self, name: str, run: _Run) -> None:
        try:
            with self._app.app_context():
                run.reason = self._checks[name]()
        except Exception as error:
            run.reason = type(error).__name__
        finally:
            run.done.set()
