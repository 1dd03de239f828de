"""Starts the child processes, restarts those that crash or no longer answer, stops them all.

Use it from one thread: the kernel ends children with the thread that started them.
"""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path

from deploy.local.children import Child
from deploy.local.forking import Forked, end_with_parent, terminate_all
from services.chassis.process import capacity

POLL_SECONDS = 0.2
STOP_SECONDS = capacity.STOP_SECONDS + 5.0
RESTART_SECONDS = 2.0  # at least, between two starts of a child that crashes
SILENT_SECONDS = 30.0  # without an answer, after which a child is ended …
SILENT_QUESTIONS = 3  # … but never for fewer questions: the launcher itself may have been suspended
ASK_SECONDS = 5.0  # between two questions
ANSWER_SECONDS = 5.0

Process = subprocess.Popen[bytes] | Forked


class NotReady(Exception):
    """The message names the children that did not answer in time."""


@dataclass
class _Running:
    child: Child
    process: Process
    started: float
    asked: float = 0.0
    answered: float | None = None
    """None until its first answer: a start may take long."""
    silences: int = 0
    """Questions without an answer since then."""


@dataclass
class Supervisor:
    """`logs` is the folder of the children's output, one file each."""

    logs: Path
    _running: dict[str, _Running] = field(default_factory=dict)

    def start(self, child: Child) -> None:
        self._running[child.name] = _Running(child, self._spawn(child), time.monotonic())

    def replace(self, child: Child) -> bool:
        """Restart the child of this name as it is described now; False where nothing about it has
        changed."""
        running = self._running[child.name]
        if running.child == child:
            return False
        _signal(running.process, signal.SIGTERM)
        _wait_or_kill(running.process, STOP_SECONDS)
        running.process.wait()
        self.start(child)
        return True

    def wait_ready(self, names: list[str], seconds: float) -> None:
        """Raises NotReady."""
        deadline = time.monotonic() + seconds
        waiting = list(names)
        while waiting and time.monotonic() < deadline:
            self.restart_crashed()
            waiting = [name for name in waiting if not answers(self._running[name].child.health)]
            time.sleep(POLL_SECONDS)
        if waiting:
            raise NotReady(", ".join(waiting))

    def restart_crashed(self) -> None:
        """Restart children that have ended."""
        for name, running in list(self._running.items()):
            code = running.process.poll()
            if code is not None and time.monotonic() - running.started >= RESTART_SECONDS:
                _signal(running.process, signal.SIGKILL)  # processes that it left in its group
                print(
                    f"{name} s'est arrêté (code {code}) ; relance. Voir "
                    f"{self._log(running.child)}.",
                    flush=True,
                )
                self.start(running.child)

    def end_silent(self) -> None:
        """SIGKILL to children that lived and have not answered for SILENT_SECONDS:
        `restart_crashed` starts them again. Waits ANSWER_SECONDS for one that is silent."""
        for name, running in self._running.items():
            if time.monotonic() - running.asked < ASK_SECONDS:
                continue
            running.asked = time.monotonic()
            if answers(running.child.liveness, ANSWER_SECONDS):
                running.answered = time.monotonic()
                running.silences = 0
            elif running.answered is not None:
                running.silences += 1
                silent = time.monotonic() - running.answered
                if silent >= SILENT_SECONDS and running.silences >= SILENT_QUESTIONS:
                    print(
                        f"{name} ne répond plus depuis {silent:.0f} s : arrêt et relance.",
                        flush=True,
                    )
                    _signal(running.process, signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM to all, last started first; SIGKILL to those that do not end in time."""
        for running in reversed(self._running.values()):
            _signal(running.process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for running in self._running.values():
            _wait_or_kill(running.process, max(0.1, deadline - time.monotonic()))
        self._running.clear()
        terminate_all()

    def _log(self, child: Child) -> Path:
        return self.logs / f"{child.name}.log"

    def _spawn(self, child: Child) -> Process:
        with self._log(child).open("ab") as log:
            if child.is_ours:
                return Forked(child.command, child.environment, output=log, errors=log)
            return subprocess.Popen(
                child.command,
                env=dict(child.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, os.getpid()),
            )


def answers(health: str | None, seconds: float = 2.0) -> bool:
    """Whether the health check passes within `seconds`; see `Child.health`."""
    if health is None:
        return True
    if health.startswith("tcp:"):
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", int(health.removeprefix("tcp:")))) == 0
    try:
        with urllib.request.urlopen(health, timeout=seconds) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refusal:
        return (
            refusal.code < HTTPStatus.INTERNAL_SERVER_ERROR
        )  # the S3 server refuses who has no key
    except (urllib.error.URLError, OSError):
        return False


def _wait_or_kill(process: Process, seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)


def _signal(process: Process, number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        if process.poll() is None:  # forked just now, and still of our group
            os.kill(process.pid, number)
