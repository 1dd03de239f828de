"""Processes forked from one that has imported the portal: its code is in memory once, and no start waits for imports.

What is forked has an environment, a log and a session of its own, and ends with who forked it. One thread forks: the
others of a process do not live on in its copies.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from setproctitle import setproctitle

PR_SET_PDEATHSIG = 1
STOPS = {signal.SIGTERM, signal.SIGINT}

_libc = ctypes.CDLL(None, use_errno=True)
_fork = multiprocessing.get_context("fork")


def preload(modules: Sequence[str]) -> None:
    """Import what will be forked, and have the collector of garbage leave it alone: what nobody writes to is shared.

    Signals that stop us come after it: modules go on when what they try raises.
    """
    with _held_back(STOPS):
        for name in modules:
            importlib.import_module(name)
    gc.collect()
    gc.freeze()


class Forked:
    """`python -m words…` in a copy of this process; like subprocess.Popen in what it offers."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        *,
        output: IO[bytes],
        errors: IO[bytes],
        typed: IO[bytes] | None = None,
    ) -> None:
        self._process = _fork.Process(target=_run, args=(words, environment, (typed, output, errors), os.getpid()))
        with _held_back(STOPS):
            self._process.start()
        self.pid: int = self._process.pid or 0

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return self._process.exitcode

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode


def end_all() -> None:
    """Tell whoever is left to end: a signal may have come before it was known that one was forked."""
    for process in multiprocessing.active_children():
        process.terminate()


def end_with_parent(parent: int) -> None:
    """In a child: ask the kernel for SIGTERM when its parent, of this id, dies, however it dies."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it was quicker to die than we to ask
        os.kill(os.getpid(), signal.SIGTERM)


def _run(words: Sequence[str], environment: Mapping[str, str], files: Sequence[IO[bytes] | None], parent: int) -> None:
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    setproctitle(" ".join(("python", "-m", *words)))  # while the environment lies where the program was given it
    os.setsid()
    end_with_parent(parent)
    os.environ.clear()
    os.environ.update(environment)
    _redirect(files)
    sys.argv = list(words)
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def _redirect(files: Sequence[IO[bytes] | None]) -> None:
    for number, file in enumerate(files):
        os.dup2(file.fileno() if file else os.open(os.devnull, os.O_RDONLY), number)
    sys.stdin = os.fdopen(0, closefd=False, encoding="utf-8")
    sys.stdout, sys.stderr = (os.fdopen(number, "w", 1, closefd=False, encoding="utf-8") for number in (1, 2))


@contextmanager
def _held_back(signals: set[signal.Signals]) -> Iterator[None]:
    """A copy that has not yet forgotten what its parent does on a signal would do it too."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
