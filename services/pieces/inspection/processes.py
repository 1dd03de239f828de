"""Files are looked at by processes of their own: here they are started, given a file, listened to, and ended.

A few programs (`program`) stand ready, one for each file that may be looked at at once. Each makes a process per file,
so that nothing of a file outlives its verdict and the readers are imported once. A program that does not keep to what
is agreed is killed with all that it made, and another takes its place.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from services.chassis.errors import DomainError
from services.pieces.domain import refusals
from services.pieces.domain.formats import Format
from services.pieces.domain.legibility import Look
from services.pieces.domain.refusals import Unverifiable, Unverified
from services.pieces.inspection.confinement import FIRST_SECONDS, LIMITS, hide_memory
from services.pieces.inspection.turns import LineFull, Turns
from services.pieces.inspection.verdicts import (
    MOST_ANSWERED,
    MOST_BYTES,
    Made,
    Task,
    read_answer,
    read_look,
    read_verdict,
)
from services.pieces.metrics import INSPECTION_SECONDS, UNVERIFIED

_PROGRAM = (sys.executable, "-E", "-s", "-B", "-m", "services.pieces.inspection.program")
_FOLDER = Path(__file__).parents[3]  # where `services` is
# Memory that each thread would reserve for itself counts as used.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
_START_SECONDS = 20  # on a machine that is very busy; with the others less than the gateway waits
_FIRST_LINE = 24  # threads of the web process that may wait for a first look, which ends soon
_LINE = 6  # and for a longer one
_PATIENCE = 10  # seconds
_LOOKING_PATIENCE = 0.5  # for what only advises: a deposit waits for it
_CHUNK = 256 * 1024


class FirstLookOver(Exception):
    """The file takes longer than a first look."""


@dataclass(frozen=True)
class End:
    """How the process of a file ended: the signal that killed it (0: none), its CPU seconds, its peak in bytes."""

    signal: int
    seconds: float
    peak: int

    @property
    def broken_limit(self) -> Unverified | None:
        if self.signal == 0:
            return None
        reasons = {
            signal.SIGXCPU: Unverified.PROCESSOR,
            signal.SIGALRM: Unverified.TIME,
            signal.SIGKILL: Unverified.MEMORY,  # by the kernel, for the container's sake
        }
        return reasons.get(signal.Signals(self.signal), Unverified.CRASH)


class Inspector:
    """One running program. Used by one thread at a time."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                _PROGRAM,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what readers complain of quotes the file
                env=_ENVIRONMENT,
                cwd=_FOLDER,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def look(self, request: bytes, file: int) -> tuple[bytes, End]:
        """The verdict on the file that is open as `file`, and how its process ended. Raises OSError where the program
        fails or stalls."""
        deadline = time.monotonic() + _START_SECONDS + LIMITS.wall
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(self._control, [b"\0"], [theirs.fileno(), file])
            verdict = _exchange(ours, request, deadline)
        self._control.settimeout(_left(deadline))
        ended = self._control.recv(MOST_BYTES)
        if not ended:
            raise ConnectionResetError
        return verdict, End(**json.loads(ended))

    def close(self) -> None:
        """End the program and all that it made."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def _opened_to_read(content: BinaryIO) -> Iterator[int]:
    """The file once more, as a descriptor that cannot write. What is held in memory is written to a file first."""
    with contextlib.ExitStack() as stack:
        if isinstance(content, io.BytesIO):
            content.seek(0)
            written = stack.enter_context(TemporaryFile())
            shutil.copyfileobj(content, written)
            content = written
        content.flush()
        file = os.open(f"/proc/self/fd/{content.fileno()}", os.O_RDONLY)
        stack.callback(os.close, file)
        yield file


def _exchange(channel: socket.socket, request: bytes, deadline: float) -> bytes:
    """Send all, then read all; a process that ends early has told what it had to tell."""
    answer = bytearray()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        channel.settimeout(_left(deadline))
        channel.sendall(request)
        channel.shutdown(socket.SHUT_WR)
        while len(answer) < MOST_ANSWERED:
            channel.settimeout(_left(deadline))
            chunk = channel.recv(_CHUNK)
            if not chunk:
                break
            answer += chunk
    return bytes(answer)


def _left(deadline: float) -> float:
    return max(0.001, deadline - time.monotonic())


class Inspections:
    """The way in for the service. Used by many threads.

    Each file has a first look, one after the other, that ends after FIRST_SECONDS: so files that take long, and be they
    made to, keep no ordinary one waiting. They wait for a longer look among themselves.
    """

    def __init__(self, at_once: int) -> None:
        """At most `at_once` processes look at files, two at least."""
        hide_memory()
        self.first_turns = Turns(1, line=_FIRST_LINE, patience=_PATIENCE)
        self.turns = Turns(at_once - 1, line=_LINE, patience=_PATIENCE)
        self.ready: list[Inspector] = []

    def inspect(self, owner: str, content: BinaryIO, filename: str | None, accepted: tuple[Format, ...]) -> Format:
        """What `inspecting.inspect` says of the content. `owner`: whose file it is, for each has one looked at.

        Raises what it raises; Unverifiable for what cannot be looked at within the limits; Unavailable where too many
        files wait.
        """
        request = {"task": Task.INSPECT, "filename": filename, "accepted": accepted}
        with self._judged(owner):
            try:
                with self.first_turns.turn(owner):
                    return read_verdict(self._answered(request | {"seconds": FIRST_SECONDS}, content))
            except FirstLookOver:
                with self.turns.turn(owner):
                    return read_verdict(self._answered(request | {"seconds": 0}, content))

    def make(self, owner: str, task: Task, content: BinaryIO, **asked: Any) -> Made:
        """Have something made of the content, by a longer look. Raises as `inspect` does."""
        with self._judged(owner), self.turns.turn(owner):
            return read_answer(self._answered({"task": task, "seconds": 0, **asked}, content))

    def look(self, owner: str, content: BinaryIO) -> Look:
        """Whether a sound file seems legible; nothing where nobody has the time to look, or cannot."""
        try:
            with self._judged(owner), self.turns.turn(owner, _LOOKING_PATIENCE):
                return read_look(self._answered({"task": Task.LOOK, "seconds": 0}, content))
        except DomainError:
            return Look()

    def close(self) -> None:
        """End the programs that stand ready; they end with this process in any case."""
        while self.ready:
            self.ready.pop().close()

    @contextmanager
    def _judged(self, owner: str) -> Iterator[None]:
        try:
            yield
        except LineFull as error:
            raise refusals.inspection_busy() from error
        except Unverifiable as error:
            UNVERIFIED.labels(error.reason.value).inc()
            self.turns.stand_back(owner)
            raise

    def _answered(self, request: dict[str, Any], content: BinaryIO) -> bytes:
        """Raises FirstLookOver where `seconds` of processor time were given and did not suffice."""
        sent = json.dumps(request).encode()
        with _opened_to_read(content) as file:
            try:
                verdict, end = self._answer(sent, file)
            except ConnectionError:  # the program was ended by somebody else; another one tells whether by the file
                verdict, end = self._answer_at_last(sent, file)
        if request["seconds"] and end.signal == signal.SIGPROF:
            raise FirstLookOver
        INSPECTION_SECONDS.observe(end.seconds)
        if end.broken_limit is not None:
            raise Unverifiable(end.broken_limit)
        return verdict

    def _answer_at_last(self, request: bytes, file: int) -> tuple[bytes, End]:
        try:
            return self._answer(request, file)
        except ConnectionError as error:
            raise Unverifiable(Unverified.CRASH) from error

    def _answer(self, request: bytes, file: int) -> tuple[bytes, End]:
        """Raises ConnectionError where the program dies, Unverifiable where it stalls or answers nonsense."""
        inspector = self._take()
        try:
            answer = inspector.look(request, file)
        except ConnectionError:
            inspector.close()
            raise
        except (OSError, ValueError, TypeError) as error:
            inspector.close()
            raise Unverifiable(Unverified.TIME) from error
        self.ready.append(inspector)
        return answer

    def _take(self) -> Inspector:
        while True:
            try:
                inspector = self.ready.pop()
            except IndexError:  # several threads take from these
                return Inspector()
            if inspector.running:
                return inspector
            inspector.close()
