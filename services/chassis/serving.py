"""gunicorn as every web process runs it: one process, threads, bounded waits, a stop that lets requests finish."""

from __future__ import annotations

import os
import resource
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from services.chassis.capacity import threads
from services.chassis.patient import PatientWorker

KEEPALIVE_SECONDS = 40  # longer than our clients keep a pooled connection
STOP_SECONDS = 25
SILENCE_SECONDS = 20  # a client that sends nothing for so long frees its thread
UNREAD_SECONDS = 60  # so does one that reads nothing of its answer
MOST_CONNECTIONS = 4000
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - heartbeat files stay off slow disks


class _Server(BaseApplication):
    def __init__(self, create: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._create = create
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._create()


def serve(create: Callable[[], Flask], **options: Any) -> None:
    """Serve until SIGTERM. BIND (host:port) and THREADS come from the environment; `options` are gunicorn's own."""
    settings: dict[str, Any] = {
        "bind": os.environ.get("BIND", "127.0.0.1:8000"),
        "workers": 1,
        "worker_class": PatientWorker,
        "worker_connections": _connections(),
        "threads": threads(),
        "keepalive": KEEPALIVE_SECONDS,
        "graceful_timeout": STOP_SECONDS,
        "timeout": 120,
        "control_socket_disable": True,
        "worker_tmp_dir": SHARED_MEMORY if Path(SHARED_MEMORY).is_dir() else None,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "limit_request_line": 4094,
        "when_ready": _bound_silence,
        "pre_fork": _hand_down_signals,
        **options,
    }
    _Server(create, settings).run()


def _bound_silence(server: Any) -> None:
    """Accepted sockets inherit the listening one's timeouts: silence either way cannot hold threads for ever."""
    for listener in server.LISTENERS:
        for option, seconds in ((socket.SO_RCVTIMEO, SILENCE_SECONDS), (socket.SO_SNDTIMEO, UNREAD_SECONDS)):
            listener.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))


def _hand_down_signals(server: Any, worker: PatientWorker) -> None:
    """Until a new worker has handlers of its own, its copy of the arbiter's puts what it is told into this queue."""
    worker.told_before = server.SIG_QUEUE


def _connections() -> int:
    """How many the files that a process may open allow; the limit is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(2 * MOST_CONNECTIONS, hard if hard != resource.RLIM_INFINITY else 2 * MOST_CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft // 2)
