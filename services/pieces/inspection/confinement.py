"""The limits, enforced by the kernel, of a process that reads a candidate's file, whatever the file makes it do."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

from services.pieces.inspection.seccomp import install_seccomp_filter


@dataclass(frozen=True)
class Limits:
    memory: int
    """Bytes of address space; the interpreter with its readers takes about 105 MB of them."""
    processor: int
    """Seconds of processor time."""
    wall: int
    """Seconds of wall-clock time, from the first byte to the verdict."""


LIMITS = Limits(memory=504 * 1024 * 1024, processor=3, wall=20)
"""Far more than good files of MAX_FILE_BYTES take, which is half a second at most (docs/operations.md)."""

FIRST_LOOK_SECONDS = 0.04
"""Processor time of a first look, enough for nearly every good file. The others wait for a longer one."""

NICENESS = 5  # requests for pages come before inspections
_PR_SET_DUMPABLE = 4  # linux/prctl.h
CHANNEL_FD = 0  # by which the request comes in and the answer goes out; besides it only the file is open, to be read


def confine(channel: int) -> None:
    """Make `channel` descriptor 0, and limit this process for the rest of its life.

    It cannot open a descriptor, hence no file and no connection; it starts no process, changes no file by its path and
    signals no process; it ends within LIMITS. Limits cannot be raised again.
    """
    os.dup2(channel, CHANNEL_FD)
    os.close(channel)
    signal.alarm(LIMITS.wall)
    processes = () if install_seccomp_filter() else ((resource.RLIMIT_NPROC, 0),)  # this limit forbids threads too
    # At the soft limit the kernel ends the process with SIGXCPU, which says why; at the hard one with SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (LIMITS.processor, LIMITS.processor + 1))
    for limit, value in (
        (resource.RLIMIT_NOFILE, 0),  # open descriptors stay; none can replace one that is closed
        (resource.RLIMIT_FSIZE, 0),
        *processes,
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, LIMITS.memory),
    ):
        resource.setrlimit(limit, (value, value))


def hide_memory() -> None:
    """No other process of the same user may read or change the memory of this one, which holds secrets.

    The system calls for that need no descriptor, so that the limits of a confined process do not forbid them.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
