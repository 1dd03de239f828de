"""What a process that reads a stranger's file may use. The kernel holds it to that, whatever the file makes it do."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

from services.pieces.inspection.refused_calls import refuse_calls


@dataclass(frozen=True)
class Limits:
    memory: int
    """Bytes of address space; the interpreter with its readers takes about 105 MB of them."""
    processor: int
    """Seconds of processor time."""
    wall: int
    """Seconds from the first byte to the verdict."""


LIMITS = Limits(memory=504 * 1024 * 1024, processor=3, wall=20)
"""By far more than good files of 5 Mo take: half a second at most (docs/operations.md)."""

FIRST_SECONDS = 0.04
"""Of processor time, for a first look: what nearly every good file takes. The others wait for a longer one."""

NICENESS = 5  # those who wait for a page come first
_PR_SET_DUMPABLE = 4  # linux/prctl.h
CHANNEL = 0  # what is asked comes in by it, the verdict goes out; all else that is open is the file, to be read


def confine(channel: int) -> None:
    """From here on this process has `channel`, as descriptor 0, and what it was given open, nothing else; it ends in
    time.

    It has no way to the network or to a file, since it cannot open a descriptor; it starts no other process, changes no
    file by its path and signals nobody. Limits cannot be raised again.
    """
    os.dup2(channel, CHANNEL)
    os.close(channel)
    signal.alarm(LIMITS.wall)
    processes = () if refuse_calls() else ((resource.RLIMIT_NPROC, 0),)  # that forbids threads too
    # At the soft limit the kernel says why it ends the process; the hard one is the last word.
    resource.setrlimit(resource.RLIMIT_CPU, (LIMITS.processor, LIMITS.processor + 1))
    for what, most in (
        (resource.RLIMIT_NOFILE, 0),  # those that are open stay; none can take the place of one that is closed
        (resource.RLIMIT_FSIZE, 0),
        *processes,
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, LIMITS.memory),
    ):
        resource.setrlimit(what, (most, most))


def hide_memory() -> None:
    """No process of the same user may read or change the memory of this one, which holds secrets.

    The kernel's calls for that need no descriptor, so that limits do not keep a confined process from them.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
