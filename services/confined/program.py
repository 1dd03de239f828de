"""`python -m services.confined.program MODULE`: imports what reads files, then forks a confined
process per file.

Descriptor 0 is a socket to the service (`checks`). Each message on it is a request (JSON) with two
descriptors: the file, open to be read, and one for the answer: a line of JSON (facts, or why there
are none), then the file that was made, if one was. How the process ended goes back by descriptor 0.
This program itself never reads a byte of a file, and ends with the service. The module's `preload`
has all loaded that its checks need: a confined process can open no file, Python's own included.
"""

import errno
import gc
import importlib
import io
import json
import math
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import NoReturn

import pyseccomp

from services.confined.checks import (
    MAX_FACTS_BYTES,
    Facts,
    Limits,
    ProcessEnd,
    Reason,
    hide_memory,
)

ANSWER_FD = 0
"""The one descriptor of a confined process that it can write to; besides it only the file is open,
to be read."""
NICENESS = 5  # requests for pages come before checks
_MAX_REQUEST_BYTES = 64 * 1024
_THREAD = 0x00010000  # CLONE_THREAD, linux/sched.h
# Changing files by their paths, and signalling processes, take no descriptor.
_REFUSED_CALLS = """
    truncate rename renameat renameat2 mkdir mkdirat rmdir
    link linkat unlink unlinkat symlink symlinkat
    chmod fchmodat chown lchown fchownat utime utimes utimensat futimesat mknod mknodat
    setxattr lsetxattr removexattr lremovexattr
    kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal fork vfork
"""
# Those that are newer than many a libseccomp: fchmodat2, setxattrat, removexattrat.
_NEWER_CALLS = (452, 463, 466)


def filter_of_calls() -> pyseccomp.SyscallFilter:
    """Return the filter that refuses the system calls which no resource limit forbids. Threads may
    be started, and no process: the decoder of HEIC works in a thread of its own, and RLIMIT_NPROC
    counts both."""
    calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for call in (*_REFUSED_CALLS.split(), *_NEWER_CALLS):
        calls.add_rule(pyseccomp.ERRNO(errno.EPERM), call)
    calls.add_rule(
        pyseccomp.ERRNO(errno.EPERM), "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _THREAD, 0)
    )
    # A filter cannot read the flags of this one: as if it were unknown, so that the C library falls
    # back on clone.
    calls.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    return calls


def confine(limits: Limits, calls: pyseccomp.SyscallFilter, answer: int) -> None:
    """Make `answer` descriptor 0, and limit this process for the rest of its life, by the kernel.

    It cannot open a descriptor, hence no file and no connection; it starts no process, changes no
    file by its path and signals no process; it ends within the limits, which cannot be raised
    again.
    """
    os.dup2(answer, ANSWER_FD)
    os.close(answer)
    signal.alarm(limits.wall)
    calls.load()
    for limit, value in (
        (resource.RLIMIT_NOFILE, 0),  # open descriptors stay; none can replace one that is closed
        (resource.RLIMIT_FSIZE, MAX_FACTS_BYTES + limits.made),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, math.ceil(limits.processor) + 1),  # should it have stopped the timer
    ):
        resource.setrlimit(limit, (value, value))
    signal.setitimer(signal.ITIMER_PROF, limits.processor)
    sys.meta_path.insert(0, _NoMoreModules())


class _NoMoreModules(MetaPathFinder):
    """Ends the process: a reader takes a module or a codec that is missing for a fault of the file,
    and goes on without what it could not read, such as that the file is encrypted."""

    def find_spec(self, *_: object) -> NoReturn:
        os._exit(os.EX_SOFTWARE)


def main(module: str) -> None:
    # also of the processes forked here from each other, and of their files under /proc
    hide_memory()
    checks = importlib.import_module(module)
    calls = filter_of_calls()
    checks.preload()
    os.nice(NICENESS)
    os.chdir("/")
    gc.freeze()  # memory shared with the forked processes stays shared
    with socket.socket(fileno=0) as service:
        while True:
            request, descriptors, _, _ = socket.recv_fds(service, _MAX_REQUEST_BYTES, 2)
            if not descriptors:
                return
            file, answer = descriptors
            service.sendall(_run_in_child(checks, calls, request, file, answer).to_json())


def _run_in_child(
    checks: ModuleType, calls: pyseccomp.SyscallFilter, request: bytes, file: int, answer: int
) -> ProcessEnd:
    """Fork a process for the request, and return how it ended."""
    child = os.fork()
    if child == 0:
        _run(checks, calls, request, file, answer)
    os.close(file)
    os.close(answer)
    _, status, usage = os.wait4(child, 0)
    return ProcessEnd(
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_memory=usage.ru_maxrss * 1024,
    )


def _run(
    checks: ModuleType, calls: pyseccomp.SyscallFilter, request: bytes, file: int, answer: int
) -> NoReturn:
    """Confine this process, which was forked for it, run the check, answer and exit."""
    try:
        asked = json.loads(request)
        confine(Limits(**asked["limits"]), calls, answer)
        content = io.BytesIO(os.pread(file, os.fstat(file).st_size, 0))
        check = getattr(checks, asked["function"])
        unwritten = memoryview(answer_of(check, content, asked["arguments"]))
        while unwritten:
            unwritten = unwritten[os.write(ANSWER_FD, unwritten) :]
    finally:
        os._exit(0)


def answer_of(
    check: Callable[..., Facts | bytes | tuple[Facts, bytes]],
    content: io.BytesIO,
    arguments: Mapping[str, object],
) -> bytes:
    """Return the facts that the check found, the file that it made, or both; else that it
    failed."""
    try:
        answer = check(content, **arguments)
    except MemoryError:
        answer = {"unreadable": Reason.MEMORY}
    except Exception:
        # A reader may fail in any way. Its message is left out, since it may quote the file.
        answer = {"unreadable": Reason.ERROR}
    if isinstance(answer, dict):
        answer = answer, b""
    facts, made = ({}, answer) if isinstance(answer, bytes) else answer
    return json.dumps(facts).encode() + b"\n" + made


if __name__ == "__main__":
    main(sys.argv[1])
