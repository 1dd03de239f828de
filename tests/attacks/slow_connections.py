"""Thousands of slow connections: they send little or nothing, and are opened again as soon as they are closed."""

import asyncio
import resource
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.support.processes import wait_until

HEAD = b"POST %s HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n--x\r\n"
DRIP_EVERY = 2.0  # seconds
OPENED_SECONDS = 120.0


@dataclass(frozen=True)
class ConnectionKind:
    """`first` is sent at once, `drip` every other second; nothing where it is empty."""

    name: str
    first: bytes
    drip: bytes


IDLE = ConnectionKind("idle", b"", b"")
UNFINISHED_HEADS = ConnectionKind("heads", b"GET / HTTP/1.1\r\nX: ", b"a")


def multipart(path: str, host: str = "portail", length: int = 90_000) -> ConnectionKind:
    """A body that announces so many bytes."""
    return ConnectionKind(f"multipart to {path}", HEAD % (path.encode(), host.encode()) + FORM % length, b"a")


@dataclass
class SlowConnections:
    """`open_connections` counts by kind those that are connected now and have sent their first bytes."""

    url: str
    wanted: dict[ConnectionKind, int]
    at_least: int
    open_connections: Counter[str] = field(default_factory=Counter)

    def is_there(self) -> bool:
        return self.open_connections.total() >= self.at_least

    async def slow_connections(self, over: asyncio.Event) -> None:
        clients = [
            asyncio.ensure_future(self._client(kind)) for kind, number in self.wanted.items() for _ in range(number)
        ]
        await over.wait()
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self, kind: ConnectionKind) -> None:
        parts = urlsplit(self.url)
        while True:
            try:
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            except OSError:
                await asyncio.sleep(DRIP_EVERY)
                continue
            self.open_connections[kind.name] += 1
            try:
                await self._drip(kind, reader, writer)
            finally:
                self.open_connections[kind.name] -= 1
                writer.transport.abort()

    async def _drip(self, kind: ConnectionKind, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(kind.first)
        ended = asyncio.ensure_future(reader.read())
        try:
            while not ended.done():
                await asyncio.wait([ended], timeout=DRIP_EVERY)
                writer.write(kind.drip)
        except OSError:
            pass
        finally:
            ended.cancel()
            await asyncio.gather(ended, return_exceptions=True)


@contextmanager
def slow_connections(url: str, wanted: dict[ConnectionKind, int], at_least: int = 0) -> Iterator[SlowConnections]:
    """`at_least` so many (else nine tenths: some are always being closed) are open when the block begins."""
    _raise_open_files(sum(wanted.values()) + 4096)
    at_least = at_least or sum(wanted.values()) * 9 // 10
    connections, loop = SlowConnections(url, wanted, at_least), asyncio.new_event_loop()
    over = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(connections.slow_connections(over),), daemon=True)
    thread.start()
    try:
        wait_until(
            connections.is_there,
            OPENED_SECONDS,
            f"{sum(wanted.values())} connections, of them {connections.open_connections}",
        )
        yield connections
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def _raise_open_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(wanted, hard)), hard))
