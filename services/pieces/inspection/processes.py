"""Has files inspected and converted by processes of their own: starts and ends them, sends requests, reads answers.

A few programs (`program`) are kept running, one for each file that may be inspected at once. Each forks a process per
file, so that nothing of a file outlives its answer and the readers are imported once. A program that does not follow
the protocol is killed with all that it forked, and replaced.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from services.chassis.errors import DomainError
from services.chassis.process.capacity import Limit
from services.chassis.process.kept_results import ExpiringCache
from services.contracts.piece_rules import Format
from services.pieces.domain import refusals
from services.pieces.domain.refusals import UnverifiableFile, UnverifiedReason
from services.pieces.inspection.confinement import FIRST_LOOK_SECONDS, LIMITS, hide_memory
from services.pieces.inspection.protocol import (
    MAX_ANSWER_BYTES,
    MAX_VERDICT_BYTES,
    Answer,
    Look,
    Task,
    decode_answer,
    decode_format,
    decode_look,
)
from services.pieces.metrics import INSPECTION_SECONDS, UNVERIFIED

_COMMAND = (sys.executable, "-E", "-s", "-B", "-m", "services.pieces.inspection.program")
_PROJECT_FOLDER = Path(__file__).parents[3]  # where `services` is
# One malloc arena: what each thread would reserve for itself counts as used memory.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
START_SECONDS = 20  # on a very busy machine; together with LIMITS.wall and waiting, less than the gateway waits
MAX_WAITING_FIRST_LOOKS = 24  # threads of the web process that may wait for a first look, which ends soon
MAX_WAITING_LONG_LOOKS = 6  # threads that may wait for a longer one
_PICTURES_AT_ONCE = 3  # for gestionnaires, so that candidates' files always find a place to wait for a longer look
_MAX_WAITING_PICTURES = 16  # threads that may wait for one of these
MAX_WAITING_PICTURES_OF_ONE = 8  # of the pictures that one gestionnaire's browser asks for at once
MAX_WAIT_SECONDS = 10
_MAX_WAIT_LEGIBILITY_SECONDS = 0.5  # a deposit waits for this look, which only advises
_CHUNK = 256 * 1024  # bytes


SUSPICION_SECONDS = 3600.0
_MAX_SUSPECTS = 10_000


class FirstLookTimeout(Exception):
    """The file takes longer than a first look."""


@dataclass(frozen=True)
class ProcessEnd:
    """How the process of a file ended. `signal`: the one that killed it, 0 without one; `peak_memory`: bytes."""

    signal: int
    cpu_seconds: float
    peak_memory: int

    @property
    def broken_limit(self) -> UnverifiedReason | None:
        if self.signal == 0:
            return None
        reasons = {
            signal.SIGXCPU: UnverifiedReason.PROCESSOR,
            signal.SIGALRM: UnverifiedReason.TIME,
            signal.SIGKILL: UnverifiedReason.MEMORY,  # the kernel's, beyond the container's memory
        }
        return reasons.get(signal.Signals(self.signal), UnverifiedReason.CRASH)


class InspectionProgram:
    """One running `program`. Used by one thread at a time."""

    def __init__(self) -> None:
        self._control, program_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with program_end:
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=program_end.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # readers' messages quote the file
                env=_ENVIRONMENT,
                cwd=_PROJECT_FOLDER,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def run(self, request: bytes, file: int) -> tuple[bytes, ProcessEnd]:
        """The answer about the file that is open as descriptor `file`, and how its process ended.

        Raises OSError where the program fails or stalls.
        """
        deadline = time.monotonic() + START_SECONDS + LIMITS.wall
        service_end, program_end = socket.socketpair()
        with service_end:
            with program_end:
                socket.send_fds(self._control, [b"\0"], [program_end.fileno(), file])
            answer = _exchange(service_end, request, deadline)
        self._control.settimeout(_remaining(deadline))
        end_message = self._control.recv(MAX_VERDICT_BYTES)
        if not end_message:
            raise ConnectionResetError
        return answer, ProcessEnd(**json.loads(end_message))

    def close(self) -> None:
        """Kill the program and all that it forked."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def _open_read_only(content: BinaryIO) -> Iterator[int]:
    """The file opened once more, as a descriptor that cannot write. One in memory is written to disk first."""
    with contextlib.ExitStack() as stack:
        if isinstance(content, io.BytesIO):
            content.seek(0)
            on_disk = stack.enter_context(TemporaryFile())
            shutil.copyfileobj(content, on_disk)
            content = on_disk
        content.flush()
        file = os.open(f"/proc/self/fd/{content.fileno()}", os.O_RDONLY)
        stack.callback(os.close, file)
        yield file


def _exchange(channel: socket.socket, request: bytes, deadline: float) -> bytes:
    """Send all of the request, then read all of the answer; what a process that ends early wrote is its answer."""
    answer = bytearray()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        channel.settimeout(_remaining(deadline))
        channel.sendall(request)
        channel.shutdown(socket.SHUT_WR)
        while len(answer) < MAX_ANSWER_BYTES:
            channel.settimeout(_remaining(deadline))
            chunk = channel.recv(_CHUNK)
            if not chunk:
                break
            answer += chunk
    return bytes(answer)


def _remaining(deadline: float) -> float:
    """Seconds until the deadline, as a timeout of a socket: 0 would mean not to wait at all."""
    return max(0.001, deadline - time.monotonic())


def _limit(name: str, running: int, waiting: int, each: float = math.inf) -> Limit:
    """Of what runs at once, one of each owner."""
    return Limit(
        name, running, waiting, seconds=MAX_WAIT_SECONDS, refusal=refusals.inspection_busy, each=each, each_running=1
    )


class Inspections:
    """What the service calls to inspect and convert files. Used by many threads.

    Each file has a first look, one file after the other, that ends after FIRST_LOOK_SECONDS. Those that take longer,
    hostile or not, wait for a longer look in a queue of their own, and keep no ordinary file waiting.
    """

    def __init__(self, at_once: int) -> None:
        """`at_once`: how many processes may inspect files at the same time, two at least."""
        hide_memory()
        self.first_looks = _limit("first_looks", 1, MAX_WAITING_FIRST_LOOKS)
        self.long_looks = _limit("long_looks", at_once - 1, MAX_WAITING_LONG_LOOKS)
        self.long_looks_of_suspects = _limit("long_looks_of_suspects", max(1, at_once - 2), 1)
        self.pictures = _limit(
            "pictures", _PICTURES_AT_ONCE, _MAX_WAITING_PICTURES, each=1 + MAX_WAITING_PICTURES_OF_ONE
        )
        self._suspects: ExpiringCache[bool] = ExpiringCache(seconds=SUSPICION_SECONDS, at_most=_MAX_SUSPECTS)
        self.idle_programs: list[InspectionProgram] = []

    def inspect(self, owner: str, content: BinaryIO, filename: str | None, accepted: tuple[Format, ...]) -> Format:
        """What `format_checks.inspect_file` says of the content. `owner`: the candidate's id; of each, one file at a
        time is inspected.

        Raises what `inspect_file` raises; UnverifiableFile where the limits do not suffice; Unavailable where too many
        files wait.
        """
        request = {"task": Task.INSPECT, "filename": filename, "accepted": accepted}
        with self._noting_suspects(owner):
            try:
                with self.first_looks.place(owner):
                    return decode_format(self._run(request | {"seconds": FIRST_LOOK_SECONDS}, content))
            except FirstLookTimeout:
                with self._long_look(owner):
                    return decode_format(self._run(request | {"seconds": 0}, content))

    def convert(self, owner: str, task: Task, content: BinaryIO, **arguments: Any) -> Answer:
        """Have another file made of the content (`task`), by a longer look. Raises as `inspect` does."""
        with self._noting_suspects(owner), self._long_look(owner):
            return decode_answer(self._run({"task": task, "seconds": 0, **arguments}, content))

    def look(self, owner: str, content: BinaryIO) -> Look:
        """Signs that a sound file may be hard to read; an empty Look where there is no time or way to look."""
        try:
            with self._noting_suspects(owner), self._long_look(owner, is_needed=False):
                return decode_look(self._run({"task": Task.LOOK, "seconds": 0}, content))
        except DomainError:
            return Look()

    def close(self) -> None:
        """Kill the idle programs; they end with this process in any case."""
        while self.idle_programs:
            self.idle_programs.pop().close()

    @contextmanager
    def _long_look(self, owner: str, *, is_needed: bool = True) -> Iterator[None]:
        """A place for a longer look. Suspects first take one of their own, which are fewer: many of them together leave
        places to others."""
        seconds = None if is_needed else _MAX_WAIT_LEGIBILITY_SECONDS
        with ExitStack() as places:
            limits = [self.long_looks_of_suspects] if self._suspects.get(owner) else []
            for limit in (*limits, self.long_looks):
                places.enter_context(limit.place(owner, seconds, is_needed=is_needed))
            yield

    @contextmanager
    def _noting_suspects(self, owner: str) -> Iterator[None]:
        """An owner whose file has broken a limit is a suspect."""
        try:
            yield
        except UnverifiableFile as error:
            UNVERIFIED.labels(error.reason.value).inc()
            self._suspects.put(owner, True)
            raise

    def _run(self, request: dict[str, Any], content: BinaryIO) -> bytes:
        """The answer to the request, whose « seconds » limit the processor time (0: LIMITS alone).

        Raises FirstLookTimeout where they did not suffice, UnverifiableFile beyond LIMITS.
        """
        encoded = json.dumps(request).encode()
        with _open_read_only(content) as file:
            answer, end = self._run_in_program(encoded, file)
        if request["seconds"] and end.signal == signal.SIGPROF:
            raise FirstLookTimeout
        INSPECTION_SECONDS.observe(end.cpu_seconds)
        if end.broken_limit is not None:
            raise UnverifiableFile(end.broken_limit)
        return answer

    def _run_in_program(self, request: bytes, file: int, *, again: bool = False) -> tuple[bytes, ProcessEnd]:
        """Where the program dies, a second one shows whether the file is the cause. Raises UnverifiableFile where it
        is, and where a program stalls or breaks the protocol."""
        program = self._take_program()
        try:
            answer = program.run(request, file)
        except ConnectionError as error:
            program.close()
            if again:
                raise UnverifiableFile(UnverifiedReason.CRASH) from error
            return self._run_in_program(request, file, again=True)
        except (OSError, ValueError, TypeError) as error:
            program.close()
            raise UnverifiableFile(UnverifiedReason.TIME) from error
        self.idle_programs.append(program)
        return answer

    def _take_program(self) -> InspectionProgram:
        while True:
            try:
                program = self.idle_programs.pop()
            except IndexError:  # several threads take from these
                return InspectionProgram()
            if program.running:
                return program
            program.close()
