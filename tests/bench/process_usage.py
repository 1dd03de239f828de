"""Processor seconds, memory and written bytes of processes, each with all its children, from /proc."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import family

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_KIB = 1024


@dataclass(frozen=True)
class Usage:
    """`processor` in seconds since the start, children that have ended counted; `memory` in bytes, a page shared by
    several counted once in all; `written` in bytes."""

    processor: float
    memory: int
    written: int

    def since(self, before: Usage) -> Usage:
        """What came on top; memory as it is now."""
        return Usage(self.processor - before.processor, self.memory, self.written - before.written)


def usage(pids: Mapping[str, int]) -> dict[str, Usage]:
    """By name: what the process and its children have used until now."""
    return {name: _of_family(pid) for name, pid in pids.items()}


def used_since(before: Mapping[str, Usage], pids: Mapping[str, int]) -> dict[str, Usage]:
    return {name: now.since(before[name]) for name, now in usage(pids).items()}


def processor_seconds(pid: int) -> float:
    """Of a process and its children, since their start."""
    return sum(_processor(member) for member in family(pid))


def _of_family(pid: int) -> Usage:
    members = list(family(pid))
    return Usage(
        sum(map(_processor, members)),
        sum(_field(f"/proc/{member}/smaps_rollup", "Pss") * _KIB for member in members),
        sum(_field(f"/proc/{member}/io", "write_bytes") for member in members),
    )


def _processor(pid: int) -> float:
    """All threads, user and system, and the children that it has seen end."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) * _TICK


def _field(path: str, name: str) -> int:
    """A number of a file of « name: number » lines; 0 where the process has gone."""
    for line in _read(path).splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def _read(path: str | Path) -> str:
    """Empty where the process has gone meanwhile."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
