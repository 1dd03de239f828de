"""Time limits of a process, by its role (the table in docs/operations/install.md)."""

from typing import NamedTuple


class TimeLimits(NamedTuple):
    """Timeouts in seconds: a connection or its ping, a statement, a lock, an idle transaction, a
    call of the store."""

    connect: int
    statement: int
    lock: int
    idle: int
    store: float


WEB = TimeLimits(connect=3, statement=10, lock=5, idle=15, store=8)
WORK = TimeLimits(connect=5, statement=300, lock=10, idle=300, store=120)
MIGRATION = WORK._replace(statement=3600, idle=3600)
_limits = WORK


def set_role(limits: TimeLimits) -> None:
    """Set the time limits of this process, before it creates its application. WORK by default."""
    global _limits
    _limits = limits


def time_limits() -> TimeLimits:
    """Return the time limits of this process's role."""
    return _limits
