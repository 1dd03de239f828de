"""From what a journey costs to what a national opening needs: plain arithmetic, printed in docs/capacity.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from sqlalchemy.engine import make_url

from services.chassis.database.transactions import _engine_options

_POOL = _engine_options(make_url("postgresql+psycopg://localhost/x"))
CONNECTIONS_OF_A_PROCESS = _POOL["pool_size"] + _POOL["max_overflow"]
MOST_BUSY = 0.6
"""Of one processor, what a process may use in the worst hour, so that hardly anybody waits for another."""
SERVERS = ("PostgreSQL", "RabbitMQ", "objects")
"""No processes of ours: they are given processors, not replicas."""
WITHOUT_DATABASE = ("gateway", *SERVERS)
REPLICATED_AT_LEAST = 2
"""So that one may be replaced while the other answers."""


@dataclass(frozen=True)
class Opening:
    """The registrations of one session, whose last day and its worst hour have these shares of them."""

    name: str
    candidates: int
    last_day: float = 0.20
    worst_hour: float = 0.15
    safety: float = 6.0

    @property
    def in_the_worst_hour(self) -> float:
        return self.candidates * self.last_day * self.worst_hour * self.safety

    @property
    def a_second(self) -> float:
        return self.in_the_worst_hour / 3600


BTS = Opening("BTS", 180_900)
BACCALAUREAT = Opening("baccalauréat", 724_633)


@dataclass(frozen=True)
class Need:
    """What one kind of process asks for: processors kept busy, replicas, and connections that these may open."""

    process: str
    processors: float
    replicas: int | None
    connections: int


def needs(costs: Mapping[str, float], opening: Opening) -> list[Need]:
    """`costs` are processor seconds of one journey by process; who needs most comes first."""
    needs_by_process = [_need(process, seconds * opening.a_second) for process, seconds in costs.items()]
    return sorted(needs_by_process, key=lambda need: -need.processors)


def processors(needs_by_process: list[Need]) -> int:
    """Of the machines, all together, none of them more than MOST_BUSY."""
    return ceil(sum(need.processors for need in needs_by_process) / MOST_BUSY)


def connections(needs_by_process: list[Need]) -> int:
    """That PostgreSQL has to allow, or a pooler to take upon itself."""
    return sum(need.connections for need in needs_by_process)


def _need(process: str, busy: float) -> Need:
    if process in SERVERS:
        return Need(process, busy, None, 0)
    replicas = max(REPLICATED_AT_LEAST, ceil(busy / MOST_BUSY))
    return Need(process, busy, replicas, 0 if process in WITHOUT_DATABASE else replicas * CONNECTIONS_OF_A_PROCESS)
