"""Connections to one service, kept between calls, and the answers that come on them.

None is used for longer than LIFE_SECONDS, so that replicas added meanwhile get their share; that is less than a server
of ours keeps one that says nothing. One that its server has closed is noticed before anything is said on it.
"""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPMessage, HTTPResponse, IncompleteRead
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import orjson

from services.chassis.http.dns_balancing import Connection

LIFE_SECONDS = 30.0


class Answer:
    """It holds its connection until it is closed. `token` is the bearer's with which it was asked for."""

    token: str | None = None

    def __init__(self, connection: Connection, response: HTTPResponse, release: Callable[[], None]) -> None:
        self.status_code: int = response.status
        self.headers: HTTPMessage = response.headers
        self.connection = connection
        self._response = response
        self._release = release
        self._content: bytes | None = None

    def read(self) -> bytes:
        """The whole body, then also as `content`. Raises OSError or HTTPException where it breaks off."""
        if self._content is None:
            self._content = self._response.read()
        return self._content

    content = property(read)

    def json(self) -> Any:
        return orjson.loads(self.content)

    def iter_content(self, size: int) -> Iterator[bytes]:
        """The body as it comes. Raises OSError or HTTPException where it breaks off."""
        while chunk := self._response.read(size):
            yield chunk
        if self._response.length:  # what was announced and did not come
            raise IncompleteRead(b"", self._response.length)

    def close(self) -> None:
        """May be said twice."""
        release, self._release = self._release, _nothing
        release()

    def on_close(self, act: Callable[[], None]) -> None:
        """Have this done as well when it is closed."""
        release = self._release

        def both() -> None:
            try:
                release()
            finally:
                act()

        self._release = both

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Connections:
    """To the service at `host` and `port`; for all threads together."""

    def __init__(self, host: str, port: int | None) -> None:
        self._place = (host, port)
        self._kept: deque[Connection] = deque()

    def new(self) -> Connection:
        return Connection(*self._place)

    def take(self) -> Connection:
        """The one that was used last, where it is good still; else a new one."""
        while True:
            try:
                connection = self._kept.pop()
            except IndexError:
                return self.new()
            if _is_good(connection):
                return connection
            connection.close()

    def answer(self, connection: Connection, response: HTTPResponse) -> Answer:
        """Its connection is kept once it is closed, where it was read to its end and the server keeps it too."""
        return Answer(connection, response, lambda: self._put_back(connection, response))

    def _put_back(self, connection: Connection, response: HTTPResponse) -> None:
        is_whole = response.isclosed()
        response.close()
        if not is_whole or response.will_close:
            connection.close()
            return
        with suppress(IndexError):  # another thread may take the last one
            while _is_old(self._kept[0]):
                self._kept.popleft().close()
        self._kept.append(connection)


def get_once(url: str, seconds: float) -> Answer:
    """One reading by a connection of its own, read whole. Raises OSError or HTTPException."""
    place = urlsplit(url)
    connections = Connections(str(place.hostname), place.port)
    connection = connections.new()
    try:
        connection.reach(time.monotonic() + seconds)
        answer = connections.answer(connection, connection.exchange("GET", place.path, None, {}))
        answer.read()
    finally:
        connection.close()
    return answer


def _is_good(connection: Connection) -> bool:
    """Young, and nothing came unasked: what a server says then is that it closes."""
    if connection.sock is None or _is_old(connection):
        return False
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)


def _is_old(connection: Connection) -> bool:
    return time.monotonic() - connection.opened_at > LIFE_SECONDS


def _nothing() -> None:
    """Was closed before."""
