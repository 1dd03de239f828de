"""gunicorn as every web process runs it: one process, threads, bounded waits, a stop that lets requests finish.

Slow clients and floods are the proxy's; on one machine there is none, and nobody but its user.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from services.chassis.process.capacity import STOP_SECONDS, thread_count

KEEPALIVE_SECONDS = 40  # longer than our clients keep a pooled connection
SILENCE_SECONDS = 20  # a caller whose machine has gone frees the thread that reads from it
UNREAD_SECONDS = 60  # and the one that writes to it
UNREAD_BYTES = 256 * 1024  # of a body that may wait for its thread, which takes all that has come into memory
MOST_CONNECTIONS = 512  # with what threads open, fewer than the 1024 files of a process without special rights
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - heartbeat files stay off slow disks


class LeavingWorker(ThreadWorker):
    """Told to stop, it hears whoever has come so far and closes its door, so that others go to another replica.

    The stock one leaves the door open, and nobody behind it, until its last request is over: who comes then is lost.
    """

    def set_accept_enabled(self, enabled: bool | None) -> None:
        super().set_accept_enabled(enabled)
        if self.alive or enabled:
            return
        for listener in self.sockets:
            while select.select([listener], [], [], 0)[0]:
                self.accept(listener)
            listener.close()


class _Server(BaseApplication):
    def __init__(self, create: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._create = create
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        application = self._create()
        gc.collect()
        gc.freeze()  # what it is made of stays: looking through it took 0.1 s every few hundred requests
        return application


def serve(create: Callable[[], Flask], **options: Any) -> None:
    """Serve until SIGTERM. BIND (host:port) and THREADS come from the environment; `options` are gunicorn's own."""
    settings: dict[str, Any] = {
        "bind": os.environ.get("BIND", "127.0.0.1:8000"),
        "workers": 1,
        "worker_class": LeavingWorker,
        "worker_connections": MOST_CONNECTIONS,
        "threads": thread_count(),
        "keepalive": KEEPALIVE_SECONDS,
        "graceful_timeout": STOP_SECONDS,
        "timeout": 120,
        "control_socket_disable": True,
        "worker_tmp_dir": SHARED_MEMORY if Path(SHARED_MEMORY).is_dir() else None,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "limit_request_line": 8190,
        "when_ready": _bound_connections,
        "post_fork": _end_unborn,
        **options,
    }
    _Server(create, settings).run()


def _bound_connections(server: Any) -> None:
    """Accepted sockets inherit the listening one's bounds: silence either way cannot hold threads for ever."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD_BYTES)
        for option, seconds in ((socket.SO_RCVTIMEO, SILENCE_SECONDS), (socket.SO_SNDTIMEO, UNREAD_SECONDS)):
            listener.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))


def _end_unborn(_server: Any, _worker: Any) -> None:
    """Until a worker has handlers of its own, its copy of the arbiter's would swallow what it is told."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
