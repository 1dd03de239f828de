"""The process that looks at a file can do nothing else, ends in time, takes nobody with it and is hidden."""

import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import Any, BinaryIO, cast
from unittest.mock import Mock

import pytest

from services.chassis.errors import Unavailable
from services.chassis.process.capacity import Limit
from services.confined.checks import (
    START_SECONDS,
    Answer,
    ConfinedChecks,
    Limits,
    ProcessEnd,
    Program,
    Reason,
    Unreadable,
)
from services.confined.program import answer_of
from services.contracts.api.pieces import FILE_SECONDS
from services.contracts.piece_rules import Format
from services.pieces.domain.refusals import UnverifiableFile
from services.pieces.inspection.inspections import (
    COPY_SECONDS,
    LIMITS,
    MAX_WAIT_SECONDS,
    TASKS,
    Inspections,
    believed,
    read_inspected,
    read_look,
)
from tests.pieces import sample_files
from tests.pieces.corpus.pictures import endless
from tests.pieces.inspection.good_files import GOOD_FILES, LARGE_FILES

ALL = tuple(Format)
FOLDER = Path(__file__).parents[3]

# What a file might make its reader do, once that is confined, and what comes of it; each surprise is a line.
_TRIED = """
import os, socket, sys
from services.confined.program import confine, filter_of_calls
from services.pieces.inspection.inspections import LIMITS
def tried(name, expected, act):
    try:
        act()
        outcome = None
    except BaseException as error:
        outcome = type(error)
    if outcome is not expected:
        os.write(0, f"{name}: {outcome}\\n".encode())
held = os.open(sys.argv[2], os.O_RDONLY)
confine(LIMITS, filter_of_calls(), os.dup(0))
tried("shorten the file that it reads", PermissionError, lambda: os.truncate(f"/proc/self/fd/{held}", 1))
tried("shorten a file", PermissionError, lambda: os.truncate(sys.argv[2], 1))
tried("rename a file", PermissionError, lambda: os.rename(sys.argv[2], sys.argv[1]))
tried("delete a file", PermissionError, lambda: os.unlink(sys.argv[2]))
tried("open a file to others", PermissionError, lambda: os.chmod(sys.argv[2], 0o777))
tried("end another process", PermissionError, lambda: os.kill(os.getppid(), 0))
tried("read a file", OSError, lambda: open("/etc/hostname"))
tried("read it in the place of another", OSError, lambda: os.close(2) or open("/etc/hostname"))
tried("write a file", OSError, lambda: open(sys.argv[1], "w"))
tried("call the network", OSError, lambda: socket.socket())
tried("talk to a process", OSError, lambda: os.pipe())
tried("take memory", MemoryError, lambda: bytearray(1 << 30))
tried("add to an open file of nobody: its output leads nowhere", None, lambda: os.write(1, b"a"))
os.write(0, b"all tried")
"""


def inspect(inspections: Inspections, content: bytes, name: str) -> Format:
    return inspections.inspect("somebody", io.BytesIO(content), name, ALL)[0]


def test_good_files_large_ones_among_them_are_accepted_by_a_confined_process(inspections: Inspections) -> None:
    files = [*GOOD_FILES, *((name, make(), format) for name, make, format in LARGE_FILES)]
    for name, content, format in files:
        assert inspect(inspections, content, name) is format, name


class UnreadableFile(io.BytesIO):
    """A file whose bytes nobody may read."""

    def getbuffer(self) -> memoryview:
        raise AssertionError("read")


def test_a_file_that_waits_for_its_turn_is_not_read_into_memory(inspections: Inspections) -> None:
    inspections.first_looks = Limit("tested", 1, 1, seconds=0.1)
    with inspections.first_looks.place("somebody"), pytest.raises(Unavailable):
        inspections.inspect("somebody", UnreadableFile(sample_files.pdf()), "carte.pdf", ALL)


def test_a_confined_process_reaches_neither_files_nor_network_nor_memory(tmp_path: Path) -> None:
    written, foreign_file = tmp_path / "written", tmp_path / "another"
    foreign_file.write_text("of somebody else")
    foreign_file.chmod(0o600)
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as channel:
        tried = [sys.executable, "-c", _TRIED, str(written), str(foreign_file)]
        subprocess.run(tried, cwd=FOLDER, stdin=write_end, stdout=subprocess.DEVNULL, timeout=90)
        os.close(write_end)
        assert channel.read().decode() == "all tried"
    assert not written.exists()
    assert (foreign_file.read_text(), foreign_file.stat().st_mode & 0o777) == ("of somebody else", 0o600)


def test_its_program_has_neither_the_environment_nor_what_the_service_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    with Path(os.devnull).open("rb") as opened:
        os.set_inheritable(opened.fileno(), True)
        program = Program(TASKS)
        try:
            run_inspection(program, sample_files.pdf())
            process = Path(f"/proc/{program.pid}")
            names = {line.split(b"=")[0] for line in (process / "environ").read_bytes().split(b"\0") if line}
            descriptors = {str(link.readlink()).split(":")[0] for link in (process / "fd").iterdir()}
        finally:
            program.close()
    assert names == {b"PATH", b"LANG", b"MALLOC_ARENA_MAX"}
    assert descriptors == {"socket", "/dev/null", "/dev/urandom"}


def test_readers_import_nothing_once_they_are_confined() -> None:
    """An import would fail there, and good files be refused."""
    program = (
        "import sys; from services.pieces.inspection import tasks\n"
        "tasks.preload()\n"
        "before = set(sys.modules)\n"
        "from tests.pieces.inspection.good_files import read_all; before |= set(sys.modules)\n"
        "read_all(); print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=FOLDER, capture_output=True, text=True, timeout=240)
    assert done.stdout.strip() == "[]", done.stderr


def run_inspection(program: Program, content: bytes) -> None:
    arguments = {"filename": "a.pdf", "accepted": ALL}
    request = {"function": "inspect", "arguments": arguments, "limits": asdict(LIMITS)}
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        program.run(json.dumps(request).encode(), file.fileno(), LIMITS)


class RewritingProgram(Program):
    """Tries to put something else in the place of the file that it was given."""

    def run(self, request: bytes, file: int, limits: Limits) -> tuple[bytes, ProcessEnd]:
        with pytest.raises(OSError):
            os.write(file, b"another")
        return super().run(request, file, limits)


def test_the_file_that_is_kept_cannot_be_changed_by_who_looks_at_it(inspections: Inspections) -> None:
    inspections.checks.idle_programs = [RewritingProgram(TASKS)]
    with SpooledTemporaryFile() as file:
        file.write(sample_files.pdf())
        assert inspections.inspect("somebody", cast(BinaryIO, file), "a.pdf", ALL)[0] is Format.PDF
        file.seek(0)
        assert file.read() == sample_files.pdf()


def test_a_file_that_takes_too_long_is_not_verified(inspections: Inspections, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the seconds of processor time that a file may take."""
    (program,) = inspections.checks.idle_programs
    with pytest.raises(UnverifiableFile) as refusal:
        inspect(inspections, endless(), "a.jpg")
    assert refusal.value.reason in (Reason.PROCESSOR, Reason.TIME)
    assert "n'a pas pu être vérifié" in refusal.value.detail
    assert inspect(inspections, sample_files.pdf(), "a.pdf") is Format.PDF
    assert inspections.checks.idle_programs == [program]


class EmptiedWhileTaking(list[Program]):
    """Another thread takes the last of them between a look and the taking."""

    def __len__(self) -> int:
        return 1


def test_where_programs_were_killed_or_taken_another_is_made() -> None:
    inspections, killed = Inspections(at_once=2), Program(TASKS)
    os.kill(killed.pid, signal.SIGKILL)
    inspections.checks.idle_programs = EmptiedWhileTaking([killed])
    assert inspect(inspections, sample_files.pdf(), "a.pdf") is Format.PDF
    inspections.checks.idle_programs = list(inspections.checks.idle_programs)
    inspections.checks.close()


def test_what_ended_a_process_says_which_limit_it_broke() -> None:
    reasons = {
        signal.SIGPROF: Reason.PROCESSOR,
        signal.SIGALRM: Reason.TIME,
        signal.SIGKILL: Reason.MEMORY,
        signal.SIGSEGV: Reason.CRASH,
        0: None,
    }
    assert {number: ProcessEnd(number, 0.1, 1).broken_limit for number in reasons} == reasons


class AnsweringProgram(Program):
    """Answers as it is told, as a process might that a file has taken over."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(TASKS)
        self.answer = answer

    def run(self, request: bytes, file: int, limits: Limits) -> tuple[bytes, ProcessEnd]:
        return self.answer, ProcessEnd(0, 0.1, 1)


def test_an_answer_that_is_none_is_not_believed() -> None:
    checks = ConfinedChecks(TASKS)
    nothing = io.BytesIO()
    failed = answer_of(Mock(side_effect=LookupError("contents of a file")), nothing, {})
    for answer in (b"", b"[]\n", b"5\n", b"null\n", b'{"unreadable": "my own"}\n', b"[" * 4000, failed):
        checks.idle_programs = [AnsweringProgram(answer)]
        with pytest.raises(Unreadable) as error:
            checks.run("inspect", nothing, LIMITS)
        assert error.value.reason is Reason.ERROR, answer[:40]
        checks.close()
    checks.idle_programs = [AnsweringProgram(answer_of(Mock(side_effect=MemoryError), nothing, {}))]
    with pytest.raises(Unreadable, match=Reason.MEMORY):
        checks.run("inspect", nothing, LIMITS)
    checks.close()
    assert b"contents" not in failed, "no reader's message is quoted"


def test_facts_that_no_inspection_or_look_finds_are_not_believed() -> None:
    unlikely: list[dict[str, Any]] = [{}, {"refused": "my own", "detail": ""}]
    unlikely += [{"format": "exe", "active": []}, {"format": [], "active": []}]
    unlikely += [{"format": "pdf"}, {"format": "pdf", "active": 5}]
    for facts in unlikely:
        with pytest.raises(Unreadable):
            believed(Answer(facts), read_inspected)
    for facts in ({}, {"pages": "many", "signs": []}, {"pages": 1, "signs": 5}):
        with pytest.raises(Unreadable):
            believed(Answer(facts), read_look)
    assert believed(Answer({"pages": 1, "signs": ["blank", "infected"]}), read_look).signs == ("blank",)


def test_the_gateway_waits_longer_than_the_slowest_inspection_takes() -> None:
    assert MAX_WAIT_SECONDS + START_SECONDS + LIMITS.wall < FILE_SECONDS
    assert 2 * MAX_WAIT_SECONDS + COPY_SECONDS + LIMITS.wall < FILE_SECONDS


# Another process of the same user reads a secret of the service's memory, by its address.
_READ = """
import ctypes, os
from services.pieces.inspection.inspections import Inspections
libc = ctypes.CDLL(None, use_errno=True)
class Part(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]
secret = ctypes.create_string_buffer(b"secret")
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534), libc.prctl(4, 1, 0, 0, 0)  # as after its start by that user
def read(service):
    copied = ctypes.create_string_buffer(6)
    ours, theirs = (Part(ctypes.addressof(place), 6) for place in (copied, secret))
    libc.process_vm_readv(service, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
    print(copied.raw, flush=True)
    os._exit(0)
def reader(service=os.getpid()):
    child = os.fork()
    if child == 0:
        read(service)
    os.waitpid(child, 0)
reader()
Inspections(2)
reader()
"""


# Another process of the same user looks at what a program that makes confined processes has open.
_LOOK_AT_OPEN_FILES = """
import ctypes, os, socket, time
from services.confined import program
from services.pieces.inspection import tasks
tasks.preload()
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534), ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as after its start by that user
ours, theirs = socket.socketpair()
child = os.fork()
if child == 0:
    theirs.recv(1)  # not before its files were seen
    ours.close(), os.dup2(theirs.fileno(), 0)
    program.main(tasks.__name__)
os.listdir(f"/proc/{child}/fd")
ours.send(b" ")
end = time.monotonic() + 20
while time.monotonic() < end and os.waitpid(child, os.WNOHANG) == (0, 0):
    try:
        os.listdir(f"/proc/{child}/fd")
    except PermissionError:
        print("hidden", flush=True)
        break
    time.sleep(0.02)
"""


def test_no_process_of_the_same_user_reads_the_services_memory() -> None:
    ran = subprocess.run([sys.executable, "-c", _READ], cwd=FOLDER, capture_output=True, text=True, check=False)
    before, after = ran.stdout.splitlines() or pytest.fail(ran.stderr)
    if before != str(b"secret"):
        pytest.skip("the kernel lets nobody read another process here")
    assert after == str(bytes(6))


def test_no_process_of_the_same_user_reaches_what_a_program_has_open() -> None:
    command = [sys.executable, "-c", _LOOK_AT_OPEN_FILES]
    ran = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert ran.stdout == "hidden\n", ran.stderr
