"""`python -m services.pieces.inspection.program`: imports the readers once, then makes a process for each file.

Descriptor 0 leads to the service (`processes`). Each message on it carries one end of a channel, and the file, open to
be read. The process made for them reads from the channel what is asked (JSON), and writes the answer back; how it ended
goes back by descriptor 0. This program itself never reads a byte of a file. It ends with the service.
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

from services.pieces.inspection import readers
from services.pieces.inspection.confinement import CHANNEL, NICENESS, confine, hide_memory
from services.pieces.inspection.tasks import carried_out
from services.pieces.inspection.verdicts import verdict_of


def main() -> None:
    hide_memory()  # nor may one process made here reach another's memory, or its file by /proc
    readers.load()
    os.nice(NICENESS)
    os.chdir("/")
    gc.freeze()  # what is shared with the processes made here stays shared
    with socket.socket(fileno=0) as service:
        while True:
            _, descriptors, _, _ = socket.recv_fds(service, 1, 2)
            if not descriptors:
                return
            service.sendall(json.dumps(_ended(*descriptors)).encode())


def _ended(channel: int, file: int) -> dict[str, Any]:
    """Have a process do with the file what comes by `channel`; how it ended: its signal (0: of itself), CPU time,
    memory."""
    child = os.fork()
    if child == 0:
        _look(channel, file)
    os.close(channel)
    os.close(file)
    _, status, used = os.wait4(child, 0)
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "seconds": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024,
    }


def _look(channel: int, file: int) -> None:
    """Never returns."""
    try:
        confine(channel)
        request, content = _request(), io.BytesIO(os.pread(file, os.fstat(file).st_size, 0))
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])  # of processor time; 0 sets no end
        _answer(verdict_of(lambda: carried_out(request, content)))
    finally:
        os._exit(0)


def _request() -> Any:
    with FileIO(CHANNEL, closefd=False) as asked:
        return json.loads(asked.readall())


def _answer(verdict: bytes) -> None:
    left = memoryview(verdict)
    while left:
        left = left[os.write(CHANNEL, left) :]


if __name__ == "__main__":
    main()
