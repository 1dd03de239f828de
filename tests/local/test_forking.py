"""What is forked is a process of its own: environment, files, signals, exit code; and it ends with who forked it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from deploy.local.forking import Forked
from tests.support.processes import wait_until

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
from deploy.local.children import Child
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
    environment = {"PYTHONPATH": f"{Path(__file__).parents[2]}:{modules}"}
    # Not every run of the tests hears SIGINT itself (a shell's background does not); what it starts does.
    hearing = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    command = [sys.executable, "-c", hearing + program, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_it_has_its_own_environment_files_and_exit_code(modules: Path) -> None:
    with TemporaryFile() as typed, TemporaryFile() as output, TemporaryFile() as errors:
        typed.write(b"secret")
        typed.seek(0)
        forked = Forked(["program", "word"], {"ONLY": "this"}, typed=typed, output=output, errors=errors)
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
            wait_until(lambda: (child / "cmdline").read_bytes().startswith(b"python -m sleeper\0"), 60, "its title")
            parent.kill()
    wait_until(lambda: not child.exists(), 60, "its end")


def test_who_is_told_to_stop_while_it_forks_ends_with_all_of_its_own(modules: Path) -> None:
    with started(STOPPED, modules, str(modules)) as launcher:
        try:
            assert launcher.wait(60) == -signal.SIGINT
        finally:
            launcher.kill()
