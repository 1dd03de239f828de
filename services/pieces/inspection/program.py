"""`python -m services.pieces.inspection.program`: imports the readers once, then forks a confined process per file.

Descriptor 0 is a socket to the service (`processes`). Each message on it carries one end of a channel, and the file,
open to be read. The process forked for them reads the request (JSON) from the channel and writes the answer to it; how
the process ended goes back by descriptor 0. This program itself never reads a byte of a file. It ends with the service.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import socket
from io import FileIO
from typing import Any

from services.pieces.inspection import preloading
from services.pieces.inspection.confinement import CHANNEL_FD, NICENESS, confine, hide_memory
from services.pieces.inspection.protocol import encode_answer
from services.pieces.inspection.tasks import run_task


def main() -> None:
    hide_memory()  # also of the processes forked here from each other, and of their files under /proc
    preloading.preload_readers()
    os.nice(NICENESS)
    os.chdir("/")
    gc.freeze()  # memory shared with the forked processes stays shared
    with socket.socket(fileno=0) as service:
        while True:
            _, descriptors, _, _ = socket.recv_fds(service, 1, 2)
            if not descriptors:
                return
            service.sendall(json.dumps(_inspect_in_child(*descriptors)).encode())


def _inspect_in_child(channel: int, file: int) -> dict[str, Any]:
    """Fork a process for the file and the request that comes by `channel`; how it ended, as `processes.ProcessEnd`."""
    child = os.fork()
    if child == 0:
        _run_child(channel, file)
    os.close(channel)
    os.close(file)
    _, status, usage = os.wait4(child, 0)
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_memory": usage.ru_maxrss * 1024,
    }


def _run_child(channel: int, file: int) -> None:
    """What the forked process does: it confines itself, carries out the request and exits; it never returns."""
    try:
        confine(channel)
        request, content = _read_request(), io.BytesIO(os.pread(file, os.fstat(file).st_size, 0))
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])  # of processor time; 0: no limit
        _write_answer(encode_answer(lambda: run_task(request, content)))
    finally:
        os._exit(0)


def _read_request() -> Any:
    with FileIO(CHANNEL_FD, closefd=False) as channel:
        return json.loads(channel.readall())


def _write_answer(answer: bytes) -> None:
    unwritten = memoryview(answer)
    while unwritten:
        unwritten = unwritten[os.write(CHANNEL_FD, unwritten) :]


if __name__ == "__main__":
    main()
