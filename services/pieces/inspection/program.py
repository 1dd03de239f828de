"""`python -m services.pieces.inspection.program`: imports the readers once, then makes a process for each file.

Descriptor 0 leads to the service (`processes`). Each message on it carries one end of a channel. The process made for
it reads a line of JSON (what is asked) and the file from there, and writes the answer back; how it ended goes
back by descriptor 0. This program itself never reads a byte of a file. It ends with the service.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import socket
from typing import Any

from services.pieces.inspection import readers
from services.pieces.inspection.confinement import CHANNEL, NICENESS, confine
from services.pieces.inspection.tasks import carried_out
from services.pieces.inspection.verdicts import verdict_of

_CHUNK = 1024 * 1024


def main() -> None:
    readers.load()
    os.nice(NICENESS)
    os.chdir("/")
    gc.freeze()  # what is shared with the processes made here stays shared
    with socket.socket(fileno=0) as service:
        while True:
            _, channels, _, _ = socket.recv_fds(service, 1, 1)
            if not channels:
                return
            service.sendall(json.dumps(_ended(channels[0])).encode())


def _ended(channel: int) -> dict[str, Any]:
    """Have a process look at what comes by `channel`; how it ended: its signal (0: of itself), CPU time, memory."""
    child = os.fork()
    if child == 0:
        _look(channel)
    os.close(channel)
    _, status, used = os.wait4(child, 0)
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "seconds": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024,
    }


def _look(channel: int) -> None:
    """Never returns."""
    try:
        confine(channel)
        request, content = _request()
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])  # of processor time; 0 sets no end
        _answer(verdict_of(lambda: carried_out(request, content)))
    finally:
        os._exit(0)


def _request() -> tuple[dict[str, Any], io.BytesIO]:
    content = io.BytesIO()
    while chunk := os.read(CHANNEL, _CHUNK):
        content.write(chunk)
    content.seek(0)
    request = json.loads(content.readline())
    return request, io.BytesIO(content.read())


def _answer(verdict: bytes) -> None:
    left = memoryview(verdict)
    while left:
        left = left[os.write(CHANNEL, left) :]


if __name__ == "__main__":
    main()
