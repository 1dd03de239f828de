"""Of the gateway's threads one network address has a quarter at most, where no proxy stands before
it: its further requests wait unread, and whoever comes from elsewhere is answered meanwhile. Behind
a proxy all connections are the proxy's, which holds back by itself."""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from gateway.clients.base import source_of
from services.chassis.web.gunicorn_server import DrainingWorker


class _Request(NamedTuple):
    answered: "Future[Any]"
    handle: Callable[..., Any]
    connection: Any


class FairThreads(ThreadPoolExecutor):
    """`threads` that handle connections, each with the address of its `client`."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self._most_of_one = max(1, threads // 4)
        self._lock = threading.Lock()
        self._running = Counter[str]()
        self._waiting = defaultdict[str, deque[_Request]](deque)

    def submit(  # type: ignore[override]
        self, handle: Callable[..., Any], connection: Any
    ) -> "Future[Any]":
        """What `handle` makes of the connection, once its address has a thread for it."""
        source = source_of(connection.client[0])
        request = _Request(Future(), handle, connection)
        with self._lock:
            if self._running[source] >= self._most_of_one:
                self._waiting[source].append(request)
                return request.answered
            self._running[source] += 1
        super().submit(self._run, source, request)
        return request.answered

    def _run(self, source: str, request: _Request) -> None:
        try:
            request.answered.set_result(request.handle(request.connection))
        except BaseException as error:
            request.answered.set_exception(error)
        with self._lock:
            waiting = self._waiting[source]
            if waiting:
                super().submit(self._run, source, waiting.popleft())
                return
            del self._waiting[source]
            self._running[source] -= 1
            if not self._running[source]:
                del self._running[source]


class FairWorker(DrainingWorker):
    def get_thread_pool(self) -> FairThreads:
        return FairThreads(self.cfg.threads)
