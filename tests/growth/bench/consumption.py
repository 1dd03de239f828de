"""What something consumes of the processor, here and in PostgreSQL together, and how much more memory it holds."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from services.chassis.database.transactions import Database
from tests.bench.process_usage import memory_peak, processor_seconds, reset_memory_peak

MOST_RUNS = 200
ENOUGH_SECONDS = 0.3
MEBIBYTE = 1024 * 1024


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
    here, there, runs = time.process_time(), processor_seconds(cluster), 0
    while runs < MOST_RUNS and time.process_time() - here < ENOUGH_SECONDS:
        action()
        runs += 1
    spent = time.process_time() - here
    return Cost(1000 * spent / runs, 1000 * (processor_seconds(cluster) - there) / runs)


def more_memory(action: Callable[[], object]) -> float:
    """MiB that this process held at the most while the action ran, beyond what it held before."""
    before = reset_memory_peak(os.getpid())
    action()
    return (memory_peak(os.getpid()) - before) / MEBIBYTE


def peak_memory(action: Callable[[], object]) -> float:
    """MiB that this process held at the most while the action ran."""
    reset_memory_peak(os.getpid())
    action()
    return memory_peak(os.getpid()) / MEBIBYTE


def disk(db: Database) -> int:
    """Bytes of the database."""
    with db.reading() as session:
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _cluster(db: Database) -> int:
    """The process that the server's others are children of."""
    with db.reading() as session:
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    stat = Path(f"/proc/{backend}/stat").read_text(encoding="ascii")
    return int(stat.rpartition(") ")[2].split()[1])
