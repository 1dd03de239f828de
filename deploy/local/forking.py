"""Processes forked from one that has imported the portal: the code is in memory once, and no start
waits for imports.

A forked process has its own environment, log and session, and ends with its parent. Fork from one
thread only: a copy has none of its parent's other threads.
"""

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

from cryptography.hazmat.primitives.asymmetric import ec
from setproctitle import setproctitle

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}

_libc = ctypes.CDLL(None, use_errno=True)
_fork = multiprocessing.get_context("fork")


def preload(modules: Sequence[str]) -> None:
    """Import the modules, have OpenSSL prepare itself (4 MB, else in each process), and keep the
    garbage collector from all of it: pages that nobody writes to stay shared.

    SIGTERM and SIGINT are delivered afterwards: a module may swallow an exception that is raised
    while it is imported.
    """
    with _blocked(STOP_SIGNALS):
        for name in modules:
            importlib.import_module(name)
        ec.generate_private_key(ec.SECP256R1())
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
        self._process = _fork.Process(
            target=_run, args=(words, environment, (typed, output, errors), os.getpid())
        )
        with _blocked(STOP_SIGNALS):
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


def terminate_all() -> None:
    """SIGTERM to every forked process left: a signal may have arrived before its parent knew of
    it."""
    for process in multiprocessing.active_children():
        process.terminate()


def end_with_parent(parent: int) -> None:
    """In a child: ask the kernel for SIGTERM when the parent, whose pid this is, ends, however it
    ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), signal.SIGTERM)


def _run(
    words: Sequence[str],
    environment: Mapping[str, str],
    files: Sequence[IO[bytes] | None],
    parent: int,
) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    setproctitle(
        " ".join(("python", "-m", *words))
    )  # setproctitle overwrites the environment where the kernel put it: before it is replaced
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
    sys.stdout, sys.stderr = (
        os.fdopen(number, "w", 1, closefd=False, encoding="utf-8") for number in (1, 2)
    )


@contextmanager
def _blocked(signals: set[signal.Signals]) -> Iterator[None]:
    """Block signals: a copy still has its parent's handlers until it resets them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
