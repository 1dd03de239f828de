"""Child processes of a test run: unprivileged, watched while they start, gone at the end."""

import atexit
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.support.ports import is_listening

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


class ServiceFailed(Exception):
    """A service is installed but did not do what it must; the message ends with its log."""


def wait_until(
    condition: Callable[[], bool], seconds: float, what: str, pause: float = 0.05
) -> None:
    """Return as soon as `condition` holds, looked at every `pause` seconds; raise ServiceFailed
    naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise ServiceFailed(f"{what}: not within {seconds:g} s")
        time.sleep(pause)


def account_for(name: str) -> str | None:
    """Return the system account to run a service under, or None to run it as ourselves.

    Servers such as PostgreSQL refuse root, so a root run (CI) hands them to their own account.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        return "nobody"


def family(pid: int) -> Iterator[int]:
    """The process and all its descendants; without those that end meanwhile."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text(encoding="ascii").split():
                yield from family(int(child))


@contextlib.contextmanager
def suspended(*pids: int) -> Iterator[None]:
    """These processes and all their descendants hang (SIGSTOP) while the block runs: they answer
    nothing and keep their connections."""
    members = list(pids)
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)  # first, so that it has no more children
        members = [member for pid in pids for member in family(pid)]
        _signal(members, signal.SIGSTOP)
        yield
    finally:
        _signal(reversed(members), signal.SIGCONT)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


class PrivateFolder:
    """A temporary folder that belongs to the account of one service and goes with the test run."""

    def __init__(self, name: str, account: str | None = None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"portail-{name}-"))
        self.account = account
        self._owner = os.getpid()
        self.give(self.path)
        atexit.register(self.remove)

    def give(self, path: Path) -> Path:
        if self.account:
            shutil.chown(path, self.account, pwd.getpwnam(self.account).pw_gid)
        return path

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        path = self.path / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return self.give(path)

    def folder(self, name: str) -> Path:
        path = self.path / name
        path.mkdir(mode=0o700)
        return self.give(path)

    def remove(self) -> None:
        """Delete everything; a fork of the test process leaves it alone."""
        if os.getpid() == self._owner:
            shutil.rmtree(self.path, ignore_errors=True)


class Daemon:
    """One long-running child process in a session of its own, its output kept in a log file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        folder: PrivateFolder,
        env: Mapping[str, str],
    ) -> None:
        self.name = name
        self.log = folder.path / f"{name}.log"
        self._command = [str(part) for part in command]
        self._folder = folder
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        atexit.register(self.stop)

    def start(self, ready: Callable[[], bool] = lambda: True, seconds: float = 60) -> None:
        """Start the process unless it runs, and wait until it is ready; it is told to end should
        the test process die.

        Raises ServiceFailed with the log's end if that never comes.
        """
        if not self.running:
            self._start()
        try:
            wait_until(lambda: not self.running or ready(), seconds, f"{self.name} ready")
        except ServiceFailed as failure:
            raise ServiceFailed(f"{failure}\n{self.log_end()}") from None
        if not self.running:
            raise ServiceFailed(f"{self.name} ended while starting\n{self.log_end()}")

    def _start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder.path,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
                **identity(self._folder.account),
            )

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServiceFailed(f"{self.name} does not run")
        return self._process.pid

    def log_end(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def stop(self, seconds: float = 15, first: signal.Signals = signal.SIGTERM) -> None:
        """End the process with all its children: politely with `first`, by force after
        `seconds`."""
        if self._process is None or os.getpid() != self._owner:
            return
        process = self._process
        self._process = None
        if process.poll() is None:
            process.send_signal(first)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill(self) -> None:
        self.stop(first=signal.SIGKILL)


def identity(account: str | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}


def _end_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class OwnServer:
    """What stops, starts again with what it held, and can be made to hang."""

    port: int
    _daemon: Daemon

    def is_ready(self) -> bool:
        return is_listening(self.port)

    def start(self) -> None:
        self._daemon.start(self.is_ready)

    def stop(self) -> None:
        self._daemon.stop()

    def close(self) -> None:
        """Stop for good."""
        self.stop()

    def hanging(self) -> AbstractContextManager[None]:
        """While the block runs it takes connections and answers nothing, as a stopped machine
        does."""
        return suspended(self._daemon.pid)

    @property
    def pid(self) -> int:
        return self._daemon.pid
