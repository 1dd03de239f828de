"""The whole portal as `make run` starts it: a process of its own with its own folder, port and day.

« alone » is SQLite, the one-machine queue and .eml files; given real servers' URLs, the same code
runs on those.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from deploy.local import supervisor
from tests.support.ports import free_port, is_listening
from tests.support.processes import Daemon, PrivateFolder, wait_until
from tests.support.running_portal import AT_WORK_WITHOUT_REST, GUIDES_DAY, RunningPortal
from tests.support.smtp import Mailbox, ReceivedMail, parse_mail
from tests.support.time_limits import PAGE_SECONDS

ROOT = Path(__file__).parents[2]
READY = "Portail prêt : "
START_SECONDS = 150.0
STOP_SECONDS = supervisor.STOP_SECONDS + 10.0
RESTART_SECONDS = 45.0


@dataclass(frozen=True)
class Process:
    """A child of the launcher; `port` is where it answers."""

    name: str
    pid: int
    port: int


class LaunchedPortal(RunningPortal):
    """A running portal: `url` for browsers, `var` its state. Mails are read through `mails`, or
    waited for."""

    def __init__(
        self, name: str, real: Mapping[str, str] | None = None, mailbox: Mailbox | None = None
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = PrivateFolder(f"journey-{name}")
        self.var = self._folder.path / "var"
        self._mailbox = mailbox
        of_caller = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
        }
        self._surroundings = {
            **of_caller,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "PORT": str(self.port),
            "VAR_DIR": str(self.var),
            "PORTAIL_NOW": GUIDES_DAY,
            "PAGE_SECONDS": str(PAGE_SECONDS),
            **AT_WORK_WITHOUT_REST,
            **(real or {}),
        }
        self._daemon = Daemon(
            "portail", [sys.executable, "-m", "deploy.local"], self._folder, self._surroundings
        )
        self.start()

    def start(self) -> None:
        said_before = self._said_ready()
        self._daemon.start(lambda: self._said_ready() > said_before, START_SECONDS)

    def stop(self) -> None:
        self._daemon.stop(STOP_SECONDS)

    @property
    def pid(self) -> int:
        return self._daemon.pid

    def command(self, module: str, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the launcher's (`backup`, `restore`) as its operator does; `changed` is
        environment."""
        command = [sys.executable, "-m", f"deploy.local.{module}", *words]
        environment = self._surroundings | changed
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    @property
    def demo(self) -> dict[str, Any]:
        return dict(json.loads((self.var / "demo.json").read_text(encoding="utf-8")))

    @property
    def secrets(self) -> dict[str, Any]:
        return dict(json.loads((self.var / "secrets.json").read_text(encoding="utf-8")))

    def token(self, role: str) -> str:
        return str(self.demo[role]["token"])

    def logs(self) -> str:
        return "\n".join(
            file.read_text(errors="replace") for file in sorted((self.var / "logs").glob("*.log"))
        )

    def complaints(self) -> str:
        """What the processes logged as errors, and what they said without being asked for JSON."""
        lines = self.logs().splitlines()
        return "\n".join(
            line
            for line in lines
            if '"error"' in line or '"critical"' in line or line[:1] not in "{"
        )

    # -- mails

    def mails(self, to: str, subject: str = "") -> list[ReceivedMail]:
        if self._mailbox is not None:
            return self._mailbox.find(to, subject)
        return [mail for mail in self._mails() if to in mail.recipients and subject in mail.subject]

    def mailed(self, subject: str) -> Counter[str]:
        """How many mails about this each address got; reads every mail once."""
        return Counter(
            address
            for mail in self._mails()
            if subject in mail.subject
            for address in mail.recipients
        )

    def _mails(self) -> list[ReceivedMail]:
        files = [
            file for file in (self.var / "mail").glob("*.eml") if not file.name.startswith(".")
        ]
        return [
            parse_mail(file.read_bytes())
            for file in sorted(files, key=lambda file: file.stat().st_mtime_ns)
        ]

    # -- processes

    def processes(self) -> dict[str, Process]:
        """The launcher's children by name, « accounts », « accounts-worker », « gateway », «
        objects » …"""
        environments = json.loads((self.var / "environments.json").read_text(encoding="utf-8"))
        launcher = self._daemon.pid
        pids = (
            Path(f"/proc/{launcher}/task/{launcher}/children").read_text(encoding="ascii").split()
        )
        children = [_process(int(pid), environments, self.port) for pid in pids]
        return {process.name: process for process in children if process is not None}

    def kill(self, name: str) -> None:
        os.kill(self.processes()[name].pid, signal.SIGKILL)

    def replaced(self, old: Process) -> bool:
        """Whether another process has taken the place of `old` and answers."""
        new = self.processes().get(old.name)
        return new is not None and new.pid != old.pid and is_listening(new.port) and _is_ready(new)

    def kill_and_wait(self, name: str, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Kill a process, do something while it is away, and wait until another answers in its
        place."""
        old = self.processes()[name]
        os.kill(old.pid, signal.SIGKILL)
        meanwhile()
        wait_until(lambda: self.replaced(old), RESTART_SECONDS, f"{name} started again")

    def times_in_log(self, words: str) -> int:
        return (
            self._daemon.log.read_text(errors="replace").count(words)
            if self._daemon.log.exists()
            else 0
        )

    def _said_ready(self) -> int:
        return self.times_in_log(READY + self.url)


def _process(
    pid: int, environments: Mapping[str, Mapping[str, str]], gateway_port: int
) -> Process | None:
    """What a child is, from its title; None for one that has ended or is something else."""
    try:
        title = (
            Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        )
    except OSError:
        return None
    if served := re.search(r"serve s3 .*--addr [^ ]*:(\d+)", title):
        return Process("objects", pid, int(served[1]))
    if web := re.match(r"gunicorn: master \[(\w+)\]", title):
        name = web[1]
        port = (
            gateway_port
            if name == "gateway"
            else int(environments[name]["BIND"].rpartition(":")[2])
        )
        return Process(name, pid, port)
    if worker := re.match(r"python -m services\.(\w+) worker", title):
        name = f"{worker[1]}-worker"
        return Process(name, pid, int(environments[name]["WORKER_PORT"]))
    return None


def _is_ready(process: Process) -> bool:
    if process.name == "objects":
        return True
    kind = "live" if process.name.endswith("-worker") else "ready"
    try:
        return requests.get(f"http://127.0.0.1:{process.port}/health/{kind}", timeout=2).ok
    except requests.RequestException:
        return False
