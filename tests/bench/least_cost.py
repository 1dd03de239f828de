"""The least that a journey could cost: as many bare pages, papers and hashes, measured on the same machine and day."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from argon2 import PasswordHasher

from services.accounts.settings import AccountsSettings
from tests.bench.bare_paper import drawn_confirmation
from tests.bench.candidate_journey import REQUESTS
from tests.bench.process_usage import processor_seconds
from tests.bench.record import ROOT
from tests.bench.visitor import Timings, Visitor
from tests.support.ports import free_ports, is_listening
from tests.support.processes import Daemon, PrivateFolder

PAPERS = 3
"""Of a journey: « Visualiser/Imprimer », and the two in « Mes documents »."""
HASHES = 2
"""Of a journey: the account's, and the log-in's."""
ROUNDS, PAGES_ASKED, PAPERS_DRAWN, HASHES_MADE = 5, 300, 12, 12


@dataclass(frozen=True)
class Floor:
    """Processor seconds of one page behind one hop, of one paper drawn by bare reportlab and of one hash."""

    page: float
    paper: float
    hash: float

    @property
    def journey(self) -> float:
        return REQUESTS * self.page + PAPERS * self.paper + HASHES * self.hash


def measured() -> Floor:
    hasher = PasswordHasher(
        time_cost=AccountsSettings.argon2_passes, memory_cost=AccountsSettings.argon2_memory_kib, parallelism=1
    )
    paper = _processor_of(drawn_confirmation, PAPERS_DRAWN)
    return Floor(_page(), paper, _processor_of(lambda: hasher.hash("Bouleau/2021"), HASHES_MADE))


def _processor_of(act: Callable[[], Any], times: int) -> float:
    """Processor seconds of this process for one time; the first, which loads and compiles, is not counted."""
    act()
    taken = []
    for _ in range(times):
        before = time.process_time()
        act()
        taken.append(time.process_time() - before)
    return mean(taken)


def _page() -> float:
    with bare_servers() as (url, pids):
        visitor = Visitor(url, Timings())
        visitor.get("page", "/")
        taken = []
        for _ in range(ROUNDS):
            before = sum(map(processor_seconds, pids))
            for _ in range(PAGES_ASKED):
                visitor.get("page", "/")
            taken.append((sum(map(processor_seconds, pids)) - before) / PAGES_ASKED)
        visitor.close()
        return median(taken)


@contextmanager
def bare_servers() -> Iterator[tuple[str, list[int]]]:
    """The front's URL, and the processes of both."""
    folder, (front, page) = PrivateFolder("floor"), free_ports(2)
    daemons = [_served(folder, "page", page), _served(folder, "front", front, f"127.0.0.1:{page}")]
    try:
        yield f"http://127.0.0.1:{front}", [daemon.pid for daemon in daemons]
    finally:
        for daemon in daemons:
            daemon.stop()


def _served(folder: PrivateFolder, role: str, port: int, *words: str) -> Daemon:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BIND": f"127.0.0.1:{port}"}
    daemon = Daemon(role, [sys.executable, "-m", "tests.bench.bare_server", role, *words], folder, environment)
    daemon.start(lambda: is_listening(port))
    return daemon
