"""A file on its way to the store: a small part of it in memory at a time, and whole."""

import io
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from services.objects import ObjectStore, StoreUnavailable
from services.objects.store import CHUNK
from tests.support.object_store import Bucket

FILE = bytes(range(256)) * 8192


class OnDisk(io.BytesIO):
    """Of which nobody asks for all."""

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 < size <= CHUNK
        return super().read(size)


class BreakingOnce(BaseHTTPRequestHandler):
    """A store that hangs up in the middle of the first file."""

    taken: ClassVar[list[bytes]] = []

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        self.taken.append(self.rfile.read(length if self.taken else 1000))
        if len(self.taken) == 1:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(200)
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.taken[-1])))
        self.end_headers()
        self.wfile.write(self.taken[-1])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def sent(store: ObjectStore, file: io.BytesIO) -> int:
    size = len(file.getvalue())
    return store.put("key", file, size, "application/pdf").size


def test_a_file_is_never_whole_in_memory(bucket: Bucket) -> None:
    store = ObjectStore(bucket.url)
    assert sent(store, OnDisk(FILE)) == len(FILE)
    assert store.read("key") == FILE


def test_a_file_whose_connection_breaks_is_sent_again_from_its_beginning() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BreakingOnce) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        store = ObjectStore(f"s3+http://key:secret-secret@127.0.0.1:{server.server_address[1]}/bucket")
        assert sent(store, OnDisk(FILE)) == len(FILE)
        server.shutdown()
    assert BreakingOnce.taken[1:] == [FILE]


def test_a_refusal_is_told_by_the_stores_word_for_it(bucket: Bucket) -> None:
    store = ObjectStore(f"{bucket.url}-of-nobody")
    with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
        sent(store, OnDisk(FILE))
