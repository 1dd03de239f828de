"""The processes of a launched portal by name, identified by the ports on which they listen (environments.json)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LAUNCHER = "launcher"
_LISTENS = "0A"


def pids_of(var: Path, launcher: int) -> dict[str, int]:
    """« gateway », « accounts », « accounts-worker », « objects » …; the launcher itself is not among them."""
    names = {port: name for name, port in ports(var).items()}
    listeners = {inode: names[port] for inode, port in _listening() if port in names}
    return {
        listeners[inode]: pid
        for pid in children_of(launcher)
        for inode in _sockets_of(pid)
        if inode in listeners
    }  # fmt: skip


def ports(var: Path) -> dict[str, int]:
    """The port of each process, by name."""
    environments = json.loads((var / "environments.json").read_text(encoding="utf-8"))
    addresses = {name: own.get("WORKER_PORT") or own.get("BIND", "") for name, own in environments.items()}
    addresses["objects"] = environments["documents"]["OBJECTS_URL"].rpartition("@")[2].partition("/")[0]
    return {name: int(text.rpartition(":")[2]) for name, text in addresses.items()}


def children_of(pid: int) -> list[int]:
    """Child processes, of whichever thread."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that ends meanwhile
            children += [int(child) for child in task.read_text(encoding="ascii").split()]
    return children


def _listening() -> Iterator[tuple[str, int]]:
    """Inode and port of every listening socket of this machine."""
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[3] == _LISTENS:
            yield fields[9], int(fields[1].rpartition(":")[2], 16)


def _sockets_of(pid: int) -> Iterator[str]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = str(descriptor.readlink())
        except OSError:
            continue
        if name.startswith("socket:["):
            yield name[len("socket:[") : -1]
