"""The process that looks at a file can do nothing else, ends in time, takes nobody with it and is
hidden."""

import io
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from unittest.mock import Mock

import pytest

from services.chassis.errors import Unavailable
from services.chassis.process.places import Limit
from services.confined.checks import (
    Answer,
    ConfinedChecks,
    Limits,
    ProcessEnd,
    Program,
    Reason,
    Unreadable,
)
from services.confined.program import answer_of
from services.contracts.piece_rules import Format
from services.pieces.domain.refusals import UnverifiableFile
from services.pieces.inspection.inspections import (
    LIMITS,
    TASKS,
    Inspections,
    believed,
    read_inspected,
    read_look,
)
from tests.pieces import sample_files
from tests.pieces.corpus.pictures import endless
from tests.pieces.corpus.sample_pages import heic, sheet
from tests.pieces.inspection.good_files import GOOD_FILES, LARGE_FILES

ALL = tuple(Format)
FOLDER = Path(__file__).parents[3]

# What a file might make its reader do, once that is confined, and what comes of it; each surprise
# is a line.
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


def run_python(code: str, *arguments: str, **how: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-B", "-c", code, *arguments],
        cwd=FOLDER,
        capture_output=True,
        timeout=240,
        **how,
    )


def inspect(inspections: Inspections, content: bytes, name: str) -> Format:
    return inspections.inspect("somebody", io.BytesIO(content), name, ALL)[0]


def test_good_files_large_ones_among_them_are_accepted_by_a_confined_process(
    inspections: Inspections,
) -> None:
    for name, content, format in (
        *GOOD_FILES,
        *((name, make(), format) for name, make, format in LARGE_FILES),
    ):
        assert inspect(inspections, content, name) is format, name


def test_a_file_that_waits_for_its_turn_is_not_read_into_memory(inspections: Inspections) -> None:
    inspections.first_looks = Limit("tested", 1, 1, seconds=0.1)
    closed = io.BytesIO()
    closed.close()  # whoever reads it fails
    with inspections.first_looks.place("somebody"), pytest.raises(Unavailable):
        inspections.inspect("somebody", closed, "carte.pdf", ALL)


def test_a_confined_process_reaches_neither_files_nor_network_nor_memory(tmp_path: Path) -> None:
    written = tmp_path / "written"
    foreign_file = tmp_path / "another"
    foreign_file.write_text("of somebody else")
    foreign_file.chmod(0o600)
    with (tmp_path / "channel").open("w+b") as channel:
        run_python(_TRIED, str(written), str(foreign_file), stdin=channel)
        channel.seek(0)
        assert channel.read().decode() == "all tried"
    assert not written.exists()
    assert (foreign_file.read_text(), foreign_file.stat().st_mode & 0o777) == (
        "of somebody else",
        0o600,
    )


def test_its_program_has_neither_the_environment_nor_what_the_service_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    with Path(os.devnull).open("rb") as opened, closing(ConfinedChecks(TASKS)) as checks:
        os.set_inheritable(opened.fileno(), True)
        checks.run(
            "inspect", io.BytesIO(sample_files.pdf()), LIMITS, filename="a.pdf", accepted=ALL
        )
        [program] = checks.idle_programs
        process = Path(f"/proc/{program.pid}")
        names = {
            line.split(b"=")[0] for line in (process / "environ").read_bytes().split(b"\0") if line
        }
        descriptors = {str(link.readlink()).split(":")[0] for link in (process / "fd").iterdir()}
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
    ran = run_python(program)
    assert ran.stdout == b"[]\n", ran.stderr


def test_the_file_that_is_kept_cannot_be_changed_by_who_looks_at_it(
    inspections: Inspections, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Program.run

    def rewrite(
        program: Program, request: bytes, file: int, limits: Limits
    ) -> tuple[bytes, ProcessEnd]:
        with pytest.raises(OSError):
            os.write(file, b"another")
        return run(program, request, file, limits)

    monkeypatch.setattr(Program, "run", rewrite)
    with SpooledTemporaryFile() as file:
        file.write(sample_files.pdf())
        assert inspections.inspect("somebody", cast(BinaryIO, file), "a.pdf", ALL)[0] is Format.PDF
        file.seek(0)
        assert file.read() == sample_files.pdf()


def test_a_file_that_takes_too_long_is_not_verified(inspections: Inspections) -> None:
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
    inspections = Inspections(at_once=2)
    killed = Program(TASKS)
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


def test_an_answer_that_is_none_is_not_believed() -> None:
    """As a process might give it that a file has taken over."""
    checks = ConfinedChecks(TASKS)
    nothing = io.BytesIO()
    failed = answer_of(Mock(side_effect=LookupError("contents of a file")), nothing, {})
    without_memory = answer_of(Mock(side_effect=MemoryError), nothing, {})
    no_answers = (
        b"",
        b"[]\n",
        b"5\n",
        b"null\n",
        b'{"unreadable": "my own"}\n',
        b"[" * 4000,
        failed,
    )
    reasons = {**dict.fromkeys(no_answers, Reason.ERROR), without_memory: Reason.MEMORY}
    for answer, reason in reasons.items():
        checks.idle_programs = [Mock(run=Mock(return_value=(answer, ProcessEnd(0, 0.1, 1))))]
        with pytest.raises(Unreadable) as error:
            checks.run("inspect", nothing, LIMITS)
        assert error.value.reason is reason, answer[:40]
    assert b"contents" not in failed, "no reader's message is quoted"


def test_facts_that_no_inspection_or_look_finds_are_not_believed() -> None:
    inspected: list[dict[str, Any]] = [
        {},
        {"refused": "my own", "detail": ""},
        {"format": "exe", "active": []},
    ]
    inspected += [{"format": [], "active": []}, {"format": "pdf"}, {"format": "pdf", "active": 5}]
    looks: list[dict[str, Any]] = [{}, {"pages": "many", "signs": []}, {"pages": 1, "signs": 5}]
    for facts in inspected:
        with pytest.raises(Unreadable):
            believed(Answer(facts), read_inspected)
    for facts in looks:
        with pytest.raises(Unreadable):
            believed(Answer(facts), read_look)
    assert believed(Answer({"pages": 1, "signs": ["blank", "infected"]}), read_look).signs == (
        "blank",
    )


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
    ran = run_python(_READ)
    before, after = ran.stdout.decode().splitlines() or pytest.fail(ran.stderr.decode())
    if before != str(b"secret"):
        pytest.skip("the kernel lets nobody read another process here")
    assert after == str(bytes(6))


def test_no_process_of_the_same_user_reaches_what_a_program_has_open() -> None:
    ran = run_python(_LOOK_AT_OPEN_FILES)
    assert ran.stdout == b"hidden\n", ran.stderr


# As in a container: whom limits of the number of processes hold.
_UNPRIVILEGED = """
import io, os, sys
from services.confined.program import confine, filter_of_calls
from services.pieces.inspection import images, tasks
from services.pieces.inspection.inspections import LIMITS
tasks.preload()
content = io.BytesIO(sys.stdin.buffer.read())
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
confine(LIMITS, filter_of_calls(), os.dup(1))
made = images.to_jpeg(content)
try:
    os.fork()
except OSError as error:
    os.write(0, type(error).__name__.encode() + b" " + made[:3])
"""


def test_the_confined_process_of_an_ordinary_user_reads_a_heic_and_starts_no_process() -> None:
    ran = run_python(_UNPRIVILEGED, input=heic(sheet()))
    assert ran.stdout == b"PermissionError \xff\xd8\xff", ran.stderr
