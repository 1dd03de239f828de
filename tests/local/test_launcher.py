"""`make run`: nothing is started over damaged databases; a process that hangs is started again; the
launcher stops all of them however often it is told. What is forked is a process of its own
(environment, files, signals, exit code), and ends with who forked it."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local import __main__ as launcher
from deploy.local import supervisor
from deploy.local.children import MODULES, Child, Plan, free_ports
from deploy.local.forking import STOP_SIGNALS, Forked
from deploy.local.state_folder import StateFolder
from deploy.local.supervisor import Supervisor
from services.chassis.process.probe import LIVE
from tests.support.ports import free_port
from tests.support.processes import wait_until

ROOT = Path(__file__).parents[2]
PATIENT = 30.0  # seconds


def test_a_database_that_is_cut_or_overwritten_is_named_and_nothing_started(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    for service in ("accounts", "pieces", "documents", "registrations"):
        with closing(sqlite3.connect(state.database(service))) as connection, connection:
            connection.execute("CREATE TABLE kept (text)")
            connection.executemany("INSERT INTO kept VALUES (?)", [("x" * 1000,)] * 100)
    os.truncate(state.database("accounts"), 50_000)
    state.database("pieces").write_bytes(b"not a database" * 1000)
    with state.database("registrations").open("r+b") as overwritten:
        overwritten.seek(60_000)
        overwritten.write(b"\xff" * 8_000)
    damaged = [state.database(service) for service in ("accounts", "pieces", "registrations")]
    assert state.damaged_databases() == damaged
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "PORT": "1"}
    start = subprocess.run(
        [sys.executable, "-m", "deploy.local"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (start.returncode, "make restore" in start.stderr) == (1, True)
    assert all(str(path) in start.stderr for path in damaged)
    assert not (tmp_path / "secrets.json").exists()


WITHOUT_WHAT_TESTS_NEED = """
import importlib, sys
from importlib.metadata import packages_distributions
from deploy.tools.requirements import LOCK, locked, package_name, requirements

installed = set(map(package_name, locked(requirements(["local"]), LOCK.read_text())))
for name, distributions in packages_distributions().items():
    if not installed & set(map(package_name, distributions)):
        sys.modules[name] = None
for module in sys.argv[1:]:
    importlib.import_module(module)
"""


def test_its_processes_need_nothing_that_make_run_does_not_install(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    state.prepare()
    plan = Plan(state, state.load_or_create_secrets(), 1, 0, dict.fromkeys(free_ports(), 9))
    ours = [child.command[0] for child in plan.children()]
    assert "deploy.local.identity_provider" in ours
    program = [
        sys.executable,
        "-c",
        WITHOUT_WHAT_TESTS_NEED,
        *MODULES,
        *ours,
        "deploy.local.command",
    ]
    start = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert start.returncode == 0, start.stderr


@pytest.fixture
def supervised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    for name in (
        "SILENT_SECONDS",
        "ANSWER_SECONDS",
        "ASK_SECONDS",
        "RESTART_SECONDS",
        "STOP_SECONDS",
    ):
        monkeypatch.setattr(supervisor, name, 0.2)
    port = free_port()
    supervised = Supervisor(tmp_path)
    health = f"http://127.0.0.1:{port}{LIVE}"
    alive = tmp_path / "site" / LIVE.strip("/")
    alive.parent.mkdir(parents=True)
    alive.touch()
    serve = (
        sys.executable,
        "-m",
        "http.server",
        str(port),
        "--bind",
        "127.0.0.1",
        "--directory",
        f"{tmp_path}/site",
    )
    supervised.start(Child("web", serve, os.environ, health, is_ours=False))
    yield supervised
    supervised.stop()


def test_who_hangs_is_ended_and_started_again_once_it_has_lived(supervised: Supervisor) -> None:
    supervised.wait_ready(["web"], PATIENT)
    supervised.end_silent()
    hung = supervised._running["web"].process.pid
    os.kill(hung, signal.SIGSTOP)

    def replaced() -> bool:
        supervised.end_silent()
        supervised.restart_crashed()
        return supervised._running["web"].process.pid != hung

    wait_until(replaced, PATIENT, "another takes its place")
    supervised.wait_ready(["web"], PATIENT)


def test_who_has_not_lived_yet_may_take_its_time(supervised: Supervisor) -> None:
    started = supervised._running["web"].process.pid
    os.kill(started, signal.SIGSTOP)
    for _ in range(2 * supervisor.SILENT_QUESTIONS):
        supervised._running["web"].asked = 0.0
        supervised.end_silent()
    supervised.restart_crashed()
    assert supervised._running["web"].process.pid == started


class Supervised:
    """Told to stop as the first child starts, and again while the children are being stopped."""

    def __init__(self) -> None:
        self.stopped = False

    def start(self, _child: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def stop(self) -> None:
        for number in STOP_SIGNALS:
            os.kill(os.getpid(), number)
        self.stopped = True


def test_it_stops_every_child_however_often_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervised = Supervised()
    plan = SimpleNamespace(state=SimpleNamespace(logs=tmp_path), objects=lambda: None)
    monkeypatch.setattr(launcher, "Supervisor", lambda _logs: supervised)
    before = {number: signal.signal(number, launcher._stop) for number in STOP_SIGNALS}
    try:
        launcher._run(plan)  # type: ignore[arg-type]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert supervised.stopped


PROGRAM = """
import os, sys
print(sorted(os.environ), sys.argv[1:], sys.stdin.read())
print("trouble", file=sys.stderr)
sys.exit(3)
"""
SLEEPER = "import time\ntime.sleep(600)\n"
PARENT = """
import sys, time
from deploy.local.forking import Forked
with open(sys.argv[1], "wb") as log:
    print(Forked(["sleeper"], {"PATH": ""}, output=log, errors=log).pid, flush=True)
time.sleep(600)
"""
STOPPED = """
import os, signal, sys
from pathlib import Path
from deploy.local import forking
from deploy.local.children import MODULES, Child, Plan, free_ports
from deploy.local.supervisor import Supervisor

def interrupted(process, start=forking._fork.Process.start):
    start(process)
    os.kill(os.getpid(), signal.SIGINT)

forking._fork.Process.start = interrupted
supervisor = Supervisor(Path(sys.argv[1]))
try:
    supervisor.start(Child("sleeper", ("sleeper",), {}))
finally:
    supervisor.stop()
"""

HASTY = """
import os, signal, sys, time
from deploy.local import forking
from deploy.local.forking import Forked

def slow(*words):
    time.sleep(1)

forking.setproctitle = slow
with open(sys.argv[1], "wb") as log:
    print(Forked(["sleeper"], {"PATH": ""}, output=log, errors=log).pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of modules that can be run by name."""
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def started(program: str, modules: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {"PYTHONPATH": f"{ROOT}:{modules}"}
    # Not every run of the tests hears SIGINT itself (a shell's background does not); what it starts
    # does.
    hearing = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    command = [sys.executable, "-c", hearing + program, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_it_has_its_own_environment_files_and_exit_code(modules: Path) -> None:
    with TemporaryFile() as typed, TemporaryFile() as output, TemporaryFile() as errors:
        typed.write(b"secret")
        typed.seek(0)
        forked = Forked(
            ["program", "word"], {"ONLY": "this"}, typed=typed, output=output, errors=errors
        )
        assert forked.wait(30) == 3
        output.seek(0)
        errors.seek(0)
        assert output.read() == b"['ONLY'] ['word'] secret\n"
        assert errors.read() == b"trouble\n"


def test_it_is_shown_by_what_it_runs_and_ends_when_told(modules: Path) -> None:
    with TemporaryFile() as log:
        forked = Forked(["sleeper"], {}, output=log, errors=log)
        title = Path(f"/proc/{forked.pid}/cmdline")
        wait_until(lambda: title.read_bytes().startswith(b"python -m sleeper\0"), 60, "its title")
        with pytest.raises(subprocess.TimeoutExpired):
            forked.wait(0.01)
        assert forked.poll() is None
        wait_until(lambda: os.getsid(forked.pid) == forked.pid, 60, "its session")
        os.kill(forked.pid, signal.SIGTERM)
        assert forked.wait(30) == -signal.SIGTERM


@pytest.mark.parametrize("program", [PARENT, HASTY], ids=["later", "at once"])
def test_it_ends_with_who_forked_it_however_that_ends(modules: Path, program: str) -> None:
    with started(program, modules, str(modules / "log")) as parent:
        assert parent.stdout is not None
        child = Path(f"/proc/{int(parent.stdout.readline())}")
        if program == PARENT:
            wait_until(
                lambda: (child / "cmdline").read_bytes().startswith(b"python -m sleeper\0"),
                60,
                "its title",
            )
            parent.kill()
    wait_until(lambda: not child.exists(), 60, "its end")


def test_who_is_told_to_stop_while_it_forks_ends_with_all_of_its_own(modules: Path) -> None:
    with started(STOPPED, modules, str(modules)) as forking:
        try:
            assert forking.wait(60) == -signal.SIGINT
        finally:
            forking.kill()
