"""The limits, enforced by the kernel, of a process that reads a candidate's file, whatever the file makes it do.

A seccomp filter refuses it the system calls that no resource limit forbids. It may start threads and no process: the
HEIC decoder works in a thread of its own, and RLIMIT_NPROC counts both. It changes no file by its path and sends no
signal: neither needs a descriptor.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from dataclasses import dataclass
from typing import NamedTuple


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


_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # linux/prctl.h, linux/seccomp.h
_LOAD, _JUMP_EQUAL, _JUMP_FROM, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_CALL, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_THREAD = 0x00010000  # CLONE_THREAD
_CLONE3 = 435  # a filter cannot read its flags: refused as unknown, so that the C library falls back on clone
_X32_NUMBERS = 0x40000000  # x86_64 has most calls a second time from here (x32)
_ON_ALL_MACHINES = (424, 452)  # pidfd_send_signal, fchmodat2


class _SyscallNumbers(NamedTuple):
    """Numbers of system calls on an architecture, which is `number` itself: `clone`, and by kind the refused ones."""

    number: int
    clone: int
    processes: tuple[int, ...]
    paths: tuple[int, ...]
    signals: tuple[int, ...]


_SYSCALLS = {
    "x86_64": _SyscallNumbers(
        0xC000003E,
        clone=56,
        processes=(57, 58),  # fork, vfork
        # truncate, rename, mkdir, rmdir, link, unlink, symlink, chmod, chown, lchown, utime, mknod, setxattr,
        # lsetxattr, removexattr, lremovexattr, utimes; mkdirat, mknodat, fchownat, futimesat; unlinkat, renameat,
        # linkat, symlinkat; fchmodat, utimensat, renameat2
        paths=(
            *(76, 82, 83, 84, 86, 87, 88, 90, 92, 94, 132, 133, 188, 189, 197, 198, 235),
            *range(258, 262),
            *range(263, 267),
            *(268, 280, 316),
        ),
        signals=(62, 129, 200, 234, 297),  # kill, rt_sigqueueinfo, tkill, tgkill, rt_tgsigqueueinfo
    ),
    "aarch64": _SyscallNumbers(
        0xC00000B7,
        clone=220,
        processes=(),
        # setxattr, lsetxattr, removexattr, lremovexattr; mknodat, mkdirat, unlinkat, symlinkat, linkat, renameat;
        # truncate, fchmodat, fchownat, utimensat, renameat2
        paths=(5, 6, 14, 15, *range(33, 39), 45, 53, 54, 88, 276),
        signals=(129, 130, 131, 138, 240),  # kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo
    ),
}


class _FilterProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


def install_seccomp_filter() -> bool:
    """Filter the system calls of this process and its threads for good; False, without effect, on an architecture whose
    numbers are not listed here."""
    machine = _SYSCALLS.get(platform.machine())
    if machine is None:
        return False
    steps = _build_filter(machine)
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _FilterProgram(len(steps), ctypes.addressof(buffer))
    control = ctypes.CDLL(None, use_errno=True).prctl
    for call in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)):
        if control(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
    return True


def _build_filter(machine: _SyscallNumbers) -> list[tuple[int, int, int, int]]:
    """The BPF program; each instruction: its code, how many instructions to skip if true and if false, its operand."""
    refuse = (_RETURN, 0, 0, _FAIL | errno.EPERM)
    steps = [(_LOAD, 0, 0, _ARCHITECTURE), (_JUMP_EQUAL, 1, 0, machine.number), refuse, (_LOAD, 0, 0, _CALL)]
    steps += [(_JUMP_FROM, 0, 1, _X32_NUMBERS), refuse]
    steps += [(_JUMP_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _FAIL | errno.ENOSYS)]
    for call in (*machine.processes, *machine.paths, *machine.signals, *_ON_ALL_MACHINES):
        steps += [(_JUMP_EQUAL, 0, 1, call), refuse]
    steps += [(_JUMP_EQUAL, 0, 3, machine.clone), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_JUMP_SET, 1, 0, _THREAD), refuse]
    return [*steps, (_RETURN, 0, 0, _ALLOW)]
