"""What something consumes of the processor, here and in PostgreSQL together, and how much more memory it holds."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from services.chassis.database.transactions import Database

TICKS = os.sysconf("SC_CLK_TCK")  # a second
MOST_RUNS = 200
ENOUGH_SECONDS = 0.3
MEBIBYTE = 1024 * 1024
_RESETS_THE_PEAK = "5"


@dataclass(frozen=True)
class Cost:
    """Milliseconds of processor of one run."""

    here: float
    in_database: float

    @property
    def together(self) -> float:
        return self.here + self.in_database


def cost_of(db: Database, action: Callable[[], object]) -> Cost:
    """Of a run of the action, once it is warm: as many runs as it takes for the kernel's clock to tell."""
    for _ in range(3):
        action()
    cluster = _cluster(db)
    here, there, runs = time.process_time(), _seconds(cluster), 0
    while runs < MOST_RUNS and time.process_time() - here < ENOUGH_SECONDS:
        action()
        runs += 1
    spent = time.process_time() - here
    return Cost(1000 * spent / runs, 1000 * (_seconds(cluster) - there) / runs)


def more_memory(action: Callable[[], object]) -> float:
    """MiB that this process held at the most while the action ran, beyond what it held before."""
    before = _held("VmRSS") / MEBIBYTE
    return peak_memory(action) - before


def peak_memory(action: Callable[[], object]) -> float:
    """MiB that this process held at the most while the action ran."""
    Path("/proc/self/clear_refs").write_text(_RESETS_THE_PEAK, encoding="ascii")
    action()
    return _held("VmHWM") / MEBIBYTE


def disk(db: Database) -> int:
    """Bytes of the database."""
    with db.reading() as session:
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _held(what: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{what}:")[2].split()[0]) * 1024


def _cluster(db: Database) -> int:
    """The process that the server's others are children of."""
    with db.reading() as session:
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    return int(_fields(f"/proc/{backend}/stat")[1])


def _seconds(cluster: int) -> float:
    """Processor time of the server's processes, those that ended too."""
    alive = Path(f"/proc/{cluster}/task/{cluster}/children").read_text(encoding="ascii").split()
    own = sum(int(ticks) for ticks in _fields(f"/proc/{cluster}/stat")[11:15])
    return (own + sum(sum(map(int, _fields(f"/proc/{pid}/stat")[11:13])) for pid in alive)) / TICKS


def _fields(path: str) -> list[str]:
    """From the third on: the second may hold spaces."""
    try:
        return Path(path).read_text(encoding="ascii").rpartition(") ")[2].split()
    except FileNotFoundError:  # it ended meanwhile
        return ["0"] * 20
