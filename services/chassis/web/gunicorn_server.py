"""Runs a web process with gunicorn: one process, threads, bounded waits, a stop that lets requests
finish.

The proxy handles slow clients and floods; without one, the gateway's threads are shared out by
address.
"""

import gc
import os
import resource
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
from services.chassis.traces import spans

KEEPALIVE_SECONDS = 40  # longer than our clients keep a connection
RECEIVE_SECONDS = 20  # frees the thread that reads from a client which has disappeared
SEND_SECONDS = 60  # frees the thread that writes to it
SILENT_SECONDS = 30
"""Without a beat, after which the master ends a worker and starts another. The worker's first
thread beats each second once the application is made, however long other threads take for their
requests. Where both were stopped for longer (a container that is paused), the worker may be ended
as they go on."""
RECEIVE_BUFFER_BYTES = (
    256 * 1024
)  # unread bytes of a body; a thread reads all received bytes into memory
LEAST_CONNECTIONS = 512  # half of the usual limit of 1024 open files
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - heartbeat files stay off slow disks


def connection_count(threads: int, files: int) -> int:
    """How many connections are open at a time; those beyond the threads wait for their next
    request. Of the `files` that the process may have open, half are left to its threads."""
    return max(LEAST_CONNECTIONS, min(2 * threads, files // 2))


class DrainingWorker(ThreadWorker):
    """On SIGTERM, accepts the connections that are already established and closes the listening
    socket, so that further clients connect to another replica. gunicorn's own leaves it open
    without accepting until its last request ends: connections established meanwhile are lost."""

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
        # the application's objects stay: scanning them took 0.1 s every few hundred requests
        gc.freeze()
        return application


def serve(create: Callable[[], Flask], **options: Any) -> None:
    """Serve until SIGTERM. BIND (host:port) and THREADS come from the environment; `options` are
    gunicorn's own."""
    settings: dict[str, Any] = {
        "bind": os.environ.get("BIND", "127.0.0.1:8000"),
        "workers": 1,
        "worker_class": DrainingWorker,
        "worker_connections": connection_count(
            thread_count(), resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        ),
        "threads": thread_count(),
        "keepalive": KEEPALIVE_SECONDS,
        "graceful_timeout": STOP_SECONDS,
        "timeout": SILENT_SECONDS,
        "control_socket_disable": True,
        "worker_tmp_dir": SHARED_MEMORY if Path(SHARED_MEMORY).is_dir() else None,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "limit_request_line": 8190,
        "when_ready": _bound_connections,
        "post_fork": _stop_before_boot,
        "worker_exit": lambda server, worker: spans.stop(),
        **options,
    }
    _Server(create, settings).run()


def _bound_connections(server: Any) -> None:
    """Set timeouts on the listening sockets, which accepted ones inherit: a silent client does not
    block a thread."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        for option, seconds in (
            (socket.SO_RCVTIMEO, RECEIVE_SECONDS),
            (socket.SO_SNDTIMEO, SEND_SECONDS),
        ):
            listener.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))


def _stop_before_boot(_server: Any, _worker: Any) -> None:
    """Until the worker installs its own handlers, the handler inherited from the arbiter would
    ignore SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
