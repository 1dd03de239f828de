"""A file comes to the store whole, a part in memory at a time; where a store hangs, calls end and
soon none is made."""

import io
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from services.chassis.http.circuit_breaker import FAILURES_IN_A_ROW
from services.chassis.process import places, time_limits
from services.chassis.process.time_limits import WEB
from services.objects import ObjectMissing, ObjectStore, StoreUnavailable
from services.objects.store import CHUNK, StoreNotAsked
from tests.support.object_store import Bucket, ObjectStoreServer
from tests.support.ports import free_port
from tests.support.processes import wait_until
from tests.support.time_limits import limited_to

SECONDS = 90.0


@pytest.fixture(scope="module")
def objects(own_objects: ObjectStoreServer) -> ObjectStoreServer:
    """A server of this module alone: it is made to hang here."""
    return own_objects


@pytest.fixture
def short_deadlines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A web process whose calls may last two seconds."""
    web = WEB._replace(store=2)
    monkeypatch.setattr(time_limits, "WEB", web)
    monkeypatch.setattr("services.objects.store.WEB", web)
    monkeypatch.setattr(places, "QUEUE_SECONDS", 0.1)
    with limited_to(web):
        yield


def put(store: ObjectStore, file: io.BytesIO | None = None, key: str = "key") -> int:
    content = file or io.BytesIO(b"bytes")
    return store.put(key, content, len(content.getvalue()), "application/pdf").size


def test_after_some_failures_whoever_waits_is_told_without_a_call_until_the_store_is_back(
    short_deadlines: None, bucket: Bucket, objects: ObjectStoreServer
) -> None:
    """Each failure takes the two seconds that a call may last."""
    store = ObjectStore(bucket.url)
    put(store)
    with objects.hanging():
        for _ in range(FAILURES_IN_A_ROW):
            with pytest.raises(StoreUnavailable):
                put(store, key="another")  # it may come to nothing, or break off
        with pytest.raises(StoreNotAsked):
            put(store, key="another")

    def works() -> bool:
        with suppress(StoreUnavailable):
            return store.read("key") == b"bytes"
        return False

    wait_until(works, SECONDS, "the store, asked again")


def test_objects_that_are_missing_are_no_failure_of_the_store(
    short_deadlines: None, bucket: Bucket
) -> None:
    store = ObjectStore(bucket.url)
    for _ in range(2 * FAILURES_IN_A_ROW):
        with pytest.raises(ObjectMissing):
            store.read("nothing")
    put(store)


def test_a_job_goes_on_asking() -> None:
    store = ObjectStore(f"s3+http://key:secret-secret@127.0.0.1:{free_port()}/bucket")
    for _ in range(2 * FAILURES_IN_A_ROW):
        with pytest.raises(StoreUnavailable) as refusal:
            put(store)
        assert refusal.type is StoreUnavailable


def test_few_calls_are_made_at_once(
    short_deadlines: None, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THREADS", "16")
    store = ObjectStore(bucket.url)
    put(store)
    over = threading.Event()

    def hold() -> bool:
        with store.open("key"):
            return over.wait(SECONDS)

    with ThreadPoolExecutor(16) as pool:
        calls = [pool.submit(hold) for _ in range(16)]
        wait_until(lambda: sum(call.done() for call in calls) == 13, SECONDS, "the others, refused")
        over.set()
    assert sum(call.exception() is None for call in calls) == 3
    assert store.read("key") == b"bytes"


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


def test_a_file_is_never_whole_in_memory(bucket: Bucket) -> None:
    store = ObjectStore(bucket.url)
    assert put(store, OnDisk(FILE)) == len(FILE)
    assert store.read("key") == FILE


def test_a_file_whose_connection_breaks_is_sent_again_from_its_beginning() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BreakingOnce) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        store = ObjectStore(
            f"s3+http://key:secret-secret@127.0.0.1:{server.server_address[1]}/bucket"
        )
        assert put(store, OnDisk(FILE)) == len(FILE)
        server.shutdown()
    assert BreakingOnce.taken[1:] == [FILE]


def test_a_refusal_is_told_by_the_stores_word_for_it(bucket: Bucket) -> None:
    store = ObjectStore(f"{bucket.url}-of-nobody")
    with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
        put(store)
