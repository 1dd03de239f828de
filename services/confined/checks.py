"""Has checks run on strangers' files: starts and ends the processes that do, sends requests, reads
answers.

A few programs (`program`) are kept running. Each forks a process per file, so that nothing of a
file outlives its answer and the readers are imported once. A program that does not follow the
protocol is killed with all that it forked, and replaced.
"""

import contextlib
import ctypes
import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Self

START_SECONDS = 20  # on a very busy machine
MAX_FACTS_BYTES = 4096
"""Of the line of JSON with which an answer begins."""
_COMMAND = (sys.executable, "-E", "-s", "-B", "-m", "services.confined.program")
_PROJECT_FOLDER = Path(__file__).parents[2]  # where `services` is
# One malloc arena: what each thread would reserve for itself counts as used memory.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
_PR_SET_DUMPABLE = 4  # linux/prctl.h


@dataclass(frozen=True)
class Limits:
    """Bounds of what a check may use; the kernel ends a process that would use more."""

    memory: int
    """Bytes of address space, the interpreter and its readers among them."""
    processor: float
    """Seconds of processor time."""
    wall: int
    """Seconds of wall-clock time, from the first byte to the answer."""
    made: int = 0
    """Bytes of the file that is made of the one that is read."""


class Reason(StrEnum):
    """A limit that a file broke, or how its reader failed."""

    MEMORY = "memory"
    PROCESSOR = "processor"
    TIME = "time"
    CRASH = "crash"
    ERROR = "error"


class Unreadable(Exception):
    """There is no answer about the file, after so many seconds of processor time."""

    def __init__(self, reason: Reason, cpu_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cpu_seconds = cpu_seconds


Facts = dict[str, Any]
"""What a check found of a file, as values of JSON. It is not to be trusted."""


@dataclass(frozen=True)
class Answer:
    """An answer about a file: the facts, and the file that the check made, if any. Neither is to be
    trusted."""

    facts: Facts
    made: bytes = b""
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class ProcessEnd:
    """The end of a file's process. `signal`: the one that killed it, 0 without one; `peak_memory`:
    in bytes."""

    signal: int
    cpu_seconds: float
    peak_memory: int

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Return what `to_json` wrote. Raises ValueError, TypeError or KeyError."""
        read = json.loads(text)
        return cls(
            signal=read["signal"],
            cpu_seconds=read["cpu_seconds"],
            peak_memory=read["peak_memory"],
        )

    @property
    def broken_limit(self) -> Reason | None:
        """Return the limit that the file broke; None if its process ended by itself."""
        if self.signal == 0:
            return None
        reasons = {
            signal.SIGPROF: Reason.PROCESSOR,
            signal.SIGALRM: Reason.TIME,
            signal.SIGKILL: Reason.MEMORY,  # the kernel's, beyond the container's memory
        }
        return reasons.get(signal.Signals(self.signal), Reason.CRASH)


class Program:
    """One running `program`. Used by one thread at a time."""

    def __init__(self, module: str) -> None:
        self._control, program_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with program_end:
            self._process = subprocess.Popen(
                (*_COMMAND, module),
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

    def run(self, request: bytes, file: int, limits: Limits) -> tuple[bytes, ProcessEnd]:
        """Return the answer about the file that is open as descriptor `file`, and how its process
        ended.

        Raises OSError where the program fails or stalls.
        """
        with os.fdopen(os.memfd_create("answer"), "rb", buffering=0) as answer:
            self._control.settimeout(START_SECONDS + limits.wall)
            socket.send_fds(self._control, [request], [file, answer.fileno()])
            end = self._control.recv(MAX_FACTS_BYTES)
            if not end:
                raise ConnectionResetError
            written = os.pread(answer.fileno(), MAX_FACTS_BYTES + limits.made, 0)
            return written, ProcessEnd.from_json(end)

    def close(self) -> None:
        """Kill the program and all that it forked."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class ConfinedChecks:
    """Runs the functions of a module on files. Used by many threads; each that runs one at a time
    has a program."""

    def __init__(self, module: str) -> None:
        hide_memory()
        self._module = module
        self.idle_programs: list[Program] = []

    def run(self, function: str, file: BinaryIO, limits: Limits, **arguments: object) -> Answer:
        """Return what `function` of the module answers about the file, given these arguments.
        Raises Unreadable."""
        request = json.dumps(
            {"function": function, "arguments": arguments, "limits": asdict(limits)}
        ).encode()
        with _open_read_only(file) as descriptor:
            answer, end = self._run_in_program(request, descriptor, limits)
        if end.broken_limit is not None:
            raise Unreadable(end.broken_limit, end.cpu_seconds)
        line, _, made = answer.partition(b"\n")
        try:
            facts = json.loads(line[:MAX_FACTS_BYTES])
            reason = Reason(facts["unreadable"]) if "unreadable" in facts else None
        except (ValueError, TypeError, RecursionError):
            reason = Reason.ERROR
        if reason is not None or not isinstance(facts, dict):
            raise Unreadable(reason or Reason.ERROR, end.cpu_seconds)
        return Answer(facts, made, end.cpu_seconds)

    def close(self) -> None:
        """Kill the idle programs; they end with this process in any case."""
        while self.idle_programs:
            self.idle_programs.pop().close()

    def _run_in_program(
        self, request: bytes, file: int, limits: Limits
    ) -> tuple[bytes, ProcessEnd]:
        """Run the check in an idle program; where those have died, in a new one, whose death shows
        that the file is the cause.

        Raises Unreadable there, and where a program stalls or breaks the protocol.
        """
        while True:
            try:
                program = self.idle_programs.pop()
                is_new = False
            except IndexError:  # several threads take from these
                program = Program(self._module)
                is_new = True
            try:
                answer = program.run(request, file, limits)
            except (OSError, ValueError, TypeError, KeyError) as error:
                program.close()
                has_died = isinstance(error, ConnectionError)
                if is_new or not has_died:
                    raise Unreadable(Reason.CRASH if has_died else Reason.TIME) from error
            else:
                self.idle_programs.append(program)
                return answer


@contextmanager
def _open_read_only(content: BinaryIO) -> Iterator[int]:
    """Open the file once more, as a descriptor that cannot write."""
    with contextlib.ExitStack() as stack:
        if isinstance(content, io.BytesIO):
            memory = stack.enter_context(os.fdopen(os.memfd_create("file"), "wb", buffering=0))
            memory.write(content.getbuffer())
            content = memory
        content.flush()
        file = os.open(f"/proc/self/fd/{content.fileno()}", os.O_RDONLY)
        stack.callback(os.close, file)
        yield file


def hide_memory() -> None:
    """Keep other processes of the same user from reading or changing the memory of this one, which
    holds secrets.

    The system calls for that need no descriptor, so that the limits of a confined process do not
    forbid them.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
