"""The process that looks at a file can do nothing else, ends in time, takes nobody with it and is hidden."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import BinaryIO, cast

import pytest

from services.chassis.errors import Unavailable
from services.chassis.process.capacity import Limit
from services.contracts.api.pieces import FILE_SECONDS
from services.contracts.piece_rules import Format
from services.pieces.domain.refusals import UnverifiableFile, UnverifiedReason
from services.pieces.inspection.confinement import LIMITS
from services.pieces.inspection.processes import (
    MAX_WAIT_SECONDS,
    START_SECONDS,
    InspectionProgram,
    Inspections,
    ProcessEnd,
)
from services.pieces.inspection.protocol import Answer, Task, decode_format, encode_answer
from tests.pieces import sample_files
from tests.pieces.corpus.pictures import endless
from tests.pieces.inspection.good_files import GOOD_FILES, LARGE_FILES

ALL = tuple(Format)
FOLDER = Path(__file__).parents[3]

# What a file might make its reader do, once that is confined; each line says what came of it.
_TRIED = """
import os, socket, sys
from services.pieces.inspection.confinement import confine
def tried(name, act):
    try:
        act()
    except BaseException as error:
        os.write(0, f"{name}: {type(error).__name__}\\n".encode())
    else:
        os.write(0, f"{name}: done\\n".encode())
held = os.open(sys.argv[2], os.O_RDONLY)
confine(os.dup(0))
tried("shorten the file that it reads", lambda: os.truncate(f"/proc/self/fd/{held}", 1))
tried("shorten a file", lambda: os.truncate(sys.argv[2], 1))
tried("rename a file", lambda: os.rename(sys.argv[2], sys.argv[1]))
tried("delete a file", lambda: os.unlink(sys.argv[2]))
tried("open a file to others", lambda: os.chmod(sys.argv[2], 0o777))
tried("end another process", lambda: os.kill(os.getppid(), 0))
tried("read a file", lambda: open("/etc/hostname"))
tried("read it in the place of another", lambda: os.close(2) or open("/etc/hostname"))
tried("write a file", lambda: open(sys.argv[1], "w"))
tried("call the network", lambda: socket.socket())
tried("talk to a process", lambda: os.pipe())
tried("take memory", lambda: bytearray(1 << 30))
tried("add to an open file", lambda: os.write(1, b"a") and None)
"""


def inspect(inspections: Inspections, content: bytes, name: str) -> Format:
    return inspections.inspect("somebody", io.BytesIO(content), name, ALL)


def test_good_files_large_ones_among_them_are_accepted_by_a_confined_process(inspections: Inspections) -> None:
    files = [*GOOD_FILES, *((name, make(), format) for name, make, format in LARGE_FILES)]
    for name, content, format in files:
        assert inspect(inspections, content, name) is format, name


class UnreadableFile(io.BytesIO):
    """A file whose bytes nobody may read."""

    def read(self, size: int | None = -1, /) -> bytes:
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
        answers = dict(line.split(": ") for line in channel.read().decode().splitlines())
    assert answers == {
        "shorten the file that it reads": "PermissionError",
        "shorten a file": "PermissionError",
        "rename a file": "PermissionError",
        "delete a file": "PermissionError",
        "open a file to others": "PermissionError",
        "end another process": "PermissionError",
        "read a file": "OSError",
        "read it in the place of another": "OSError",
        "write a file": "OSError",
        "call the network": "OSError",
        "talk to a process": "OSError",
        "take memory": "MemoryError",
        "add to an open file": "done",  # of nobody: its output leads nowhere
    }
    assert not written.exists()
    assert (foreign_file.read_text(), foreign_file.stat().st_mode & 0o777) == ("of somebody else", 0o600)


def test_its_program_has_neither_the_environment_nor_what_the_service_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    with Path(os.devnull).open("rb") as opened:
        os.set_inheritable(opened.fileno(), True)
        program = InspectionProgram()
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
        "import sys; from services.pieces.inspection import program, protocol, tasks\n"
        "program.preload_readers()\n"
        "before = set(sys.modules)\n"
        "from tests.pieces.inspection.good_files import read_all; before |= set(sys.modules)\n"
        "read_all(); print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=FOLDER, capture_output=True, text=True, timeout=240)
    assert done.stdout.strip() == "[]", done.stderr


def run_inspection(program: InspectionProgram, content: bytes) -> None:
    request = {"task": Task.INSPECT, "filename": "a.pdf", "accepted": ALL, "seconds": 0}
    with TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        program.run(json.dumps(request).encode(), file.fileno())


class RewritingProgram(InspectionProgram):
    """Tries to put something else in the place of the file that it was given."""

    def run(self, request: bytes, file: int) -> tuple[bytes, ProcessEnd]:
        with pytest.raises(OSError):
            os.write(file, b"another")
        return super().run(request, file)


def test_the_file_that_is_kept_cannot_be_changed_by_who_looks_at_it(inspections: Inspections) -> None:
    inspections.idle_programs = [RewritingProgram()]
    with SpooledTemporaryFile() as file:
        file.write(sample_files.pdf())
        assert inspections.inspect("somebody", cast(BinaryIO, file), "a.pdf", ALL) is Format.PDF
        file.seek(0)
        assert file.read() == sample_files.pdf()


def test_a_file_that_takes_too_long_cannot_be_verified_and_the_next_is(
    inspections: Inspections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the seconds of processor time that a file may take."""
    (program,) = inspections.idle_programs
    with pytest.raises(UnverifiableFile) as refusal:
        inspect(inspections, endless(), "a.jpg")
    assert refusal.value.reason in (UnverifiedReason.PROCESSOR, UnverifiedReason.TIME)
    assert "n'a pas pu être vérifié" in refusal.value.detail
    assert inspections._suspects.get("somebody"), "whose next files that take long have few places"
    assert inspect(inspections, sample_files.pdf(), "a.pdf") is Format.PDF
    assert inspections.idle_programs == [program]


def test_suspects_leave_places_for_longer_looks_to_others() -> None:
    inspections = Inspections(3)
    for suspect in "abc":
        inspections._suspects.put(suspect, True)
    with inspections._long_look("a"):
        with pytest.raises(Unavailable), inspections._long_look("b", is_needed=False):
            pass
        with inspections._long_look("honest", is_needed=False):
            pass


class EmptiedWhileTaking(list[InspectionProgram]):
    """Another thread takes the last of them between a look and the taking."""

    def __len__(self) -> int:
        return 1


def test_where_programs_were_killed_or_taken_another_is_made() -> None:
    inspections, killed = Inspections(at_once=2), InspectionProgram()
    os.kill(killed.pid, signal.SIGKILL)
    inspections.idle_programs = EmptiedWhileTaking([killed])
    assert inspect(inspections, sample_files.pdf(), "a.pdf") is Format.PDF
    inspections.idle_programs = list(inspections.idle_programs)
    inspections.close()


def test_what_ended_a_process_says_which_limit_it_broke() -> None:
    reasons = {
        signal.SIGXCPU: UnverifiedReason.PROCESSOR,
        signal.SIGALRM: UnverifiedReason.TIME,
        signal.SIGKILL: UnverifiedReason.MEMORY,
        signal.SIGSEGV: UnverifiedReason.CRASH,
        0: None,
    }
    assert {number: ProcessEnd(number, 0.1, 1).broken_limit for number in reasons} == reasons


def _out_of_memory() -> Answer:
    raise MemoryError


def _unexpected_error() -> Answer:
    raise LookupError("contents of a file")


def test_an_answer_that_no_check_gives_is_not_believed() -> None:
    unlikely = [b"", b'{"format": "exe"}', b'{"refused": "a reason of its own", "detail": ""}', b'["format"]', b"{}"]
    answers = dict.fromkeys((*unlikely, b"[" * 4000, encode_answer(_unexpected_error)), UnverifiedReason.ERROR)
    for answer, reason in {**answers, encode_answer(_out_of_memory): UnverifiedReason.MEMORY}.items():
        with pytest.raises(UnverifiableFile) as refusal:
            decode_format(answer)
        assert refusal.value.reason is reason, answer[:40]
    assert b"contents" not in encode_answer(_unexpected_error), "no reader's message is quoted"


def test_the_gateway_waits_longer_than_the_slowest_inspection_takes() -> None:
    assert MAX_WAIT_SECONDS + START_SECONDS + LIMITS.wall < FILE_SECONDS


# Another process of the same user reads a secret of the service's memory, by its address.
_READ = """
import ctypes, os
from services.pieces.inspection.processes import Inspections
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
from services.pieces.inspection import program
program.preload_readers()
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534), ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as after its start by that user
ours, theirs = socket.socketpair()
child = os.fork()
if child == 0:
    theirs.recv(1)  # not before its files were seen
    ours.close(), os.dup2(theirs.fileno(), 0)
    program.main()
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
