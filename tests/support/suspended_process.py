"""Suspends a server (SIGSTOP) so that it hangs: its connections stay open and nothing answers."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def suspended(pid: int) -> Iterator[None]:
    """The process and all its descendants are stopped (SIGSTOP) while the block runs."""
    os.kill(pid, signal.SIGSTOP)  # first, so that it has no more children
    family = [pid, *_descendants(pid)]
    try:
        for member in family:
            _signal(member, signal.SIGSTOP)
        yield
    finally:
        for member in reversed(family):
            _signal(member, signal.SIGCONT)


def _descendants(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
        return [*children, *(grandchild for child in children for grandchild in _descendants(child))]
    return []


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
