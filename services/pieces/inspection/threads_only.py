"""A process may start threads and no process: the kernel's filter of calls (seccomp), for what no limit can tell apart.

The decoder of HEIC works in a thread of its own; RLIMIT_NPROC counts threads and processes alike.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # linux/prctl.h, linux/seccomp.h
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06  # linux/bpf_common.h
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_CALL, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # where struct seccomp_data has them
_THREAD = 0x00010000  # CLONE_THREAD
_CLONE3 = 435  # its flags are out of a filter's sight: denied as if unknown, the C library falls back on clone
_CALLS = {"x86_64": (0xC000003E, 56, (57, 58)), "aarch64": (0xC00000B7, 220, ())}
"""By machine: its number for the kernel, its call clone, and those older ones that only make processes."""


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


def forbid_processes() -> bool:
    """From here on this process starts threads alone, and so do they; False on a machine of which this is not known."""
    known = _CALLS.get(platform.machine())
    if known is None:
        return False
    steps = _steps(*known)
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(steps), ctypes.addressof(held))
    control = ctypes.CDLL(None, use_errno=True).prctl
    for call in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)):
        if control(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
    return True


def _steps(architecture: int, clone: int, forks: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Each: what to do, how many steps to leave out if so and if not, with which number."""
    refuse = (_RETURN, 0, 0, _FAIL | errno.EPERM)
    steps = [(_LOAD, 0, 0, _ARCHITECTURE), (_JUMP_EQUAL, 1, 0, architecture), refuse, (_LOAD, 0, 0, _CALL)]
    steps += [(_JUMP_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _FAIL | errno.ENOSYS)]
    for fork in forks:
        steps += [(_JUMP_EQUAL, 0, 1, fork), refuse]
    steps += [(_JUMP_EQUAL, 0, 3, clone), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_JUMP_SET, 1, 0, _THREAD), refuse]
    return [*steps, (_RETURN, 0, 0, _ALLOW)]
