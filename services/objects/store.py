"""Objects (uploads, rendered documents) in any S3, through the minio SDK. All metadata lives in our own rows."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, BinaryIO, cast
from urllib.parse import SplitResult, unquote, urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.error import InvalidResponseError, MinioException, S3Error
from urllib3.exceptions import HTTPError, ProtocolError

from services.chassis.errors import Unavailable
from services.chassis.http.circuit_breaker import Upstream
from services.chassis.process.capacity import WEB, Limit, threads, waits

CHUNK = 256 * 1024
SIGNED_FOR = timedelta(minutes=5)  # far beyond a call, and the difference of two clocks
CHECK_SECONDS = 2.0
CONNECT_SECONDS = 3.0
_CODE = re.compile(rb"<Code>(\w{1,60})</Code>")
# When the call under way ends, by the monotonic clock.
_end: ContextVar[float | None] = ContextVar("end", default=None)


class StoreUnavailable(Exception):
    """The object store does not answer, or not as it should."""


class StoreNotAsked(StoreUnavailable):
    """It was not even called: it has just failed several times, or too many calls are under way."""


class ObjectMissing(Exception):
    """No object under that key."""


class BytesChanged(Exception):
    """The store gave back other bytes than it was given."""


@dataclass(frozen=True)
class Stored:
    """What was read back after writing: bytes and SHA-256 (hexadecimal)."""

    size: int
    sha256: str


class ObjectStore:
    """One bucket. `url` is `s3+http://key:secret@host:port/bucket` or `s3+https://…`.

    Every call ends within the seconds of the process's role. In web processes, where somebody waits, few are made at
    once, and none while the store has just failed several times.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("s3+http", "s3+https") or not parts.hostname or not parts.path.strip("/"):
            raise ValueError("s3+http://key:secret@host:port/bucket is expected")
        self._bucket = parts.path.strip("/")
        self._requests = _Requests(maxsize=20, blocksize=CHUNK)
        self._client = _client(parts, self._requests)
        self._limit = Limit(threads() // 4, threads())
        self._upstream = Upstream("store", self._limit.running, 0.0, Unavailable)
        self._admitted = self._as_one_of_few if waits() is WEB else nullcontext

    def ensure_bucket(self) -> None:
        with self._call():
            if not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket)

    def put(self, key: str, stream: BinaryIO, length: int, content_type: str) -> Stored:
        """Write, then read back what was kept: a caller compares it with what it sent before it commits.

        Raises StoreUnavailable, also where a store that was restarted in between knows nothing of the object.
        """
        with self._call():
            self._send(key, stream, length, content_type)
            try:
                return self.size_and_digest(key)
            except ObjectMissing as error:
                raise StoreUnavailable("forgot what it took") from error

    def _send(self, key: str, stream: BinaryIO, length: int, content_type: str) -> None:
        """From `stream` as it is: the SDK's own way reads a file into memory, and hashes it once more, to sign it."""
        url = self._client.get_presigned_url("PUT", self._bucket, key, SIGNED_FOR)
        headers = {"Content-Length": str(length), "Content-Type": content_type}
        answer = self._requests.urlopen("PUT", url, body=_InTime(stream), body_pos=stream.tell(), headers=headers)
        if answer.status != HTTPStatus.OK:
            code = _CODE.search(answer.data)
            raise StoreUnavailable(code[1].decode() if code else str(answer.status))

    @contextmanager
    def open(self, key: str) -> Iterator[Iterator[bytes]]:
        """The object's bytes in chunks. Raises ObjectMissing or StoreUnavailable."""
        with self._call(key):
            answer = self._client.get_object(self._bucket, key)
            try:
                yield _bytes_of(answer)
            finally:
                answer.close()
                answer.release_conn()

    def read(self, key: str) -> bytes:
        with self.open(key) as chunks:
            return b"".join(chunks)

    def size_and_digest(self, key: str) -> Stored:
        digest, size = hashlib.sha256(), 0
        with self.open(key) as chunks:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
        return Stored(size, digest.hexdigest())

    def delete(self, key: str) -> None:
        with self._call(key):
            self._client.remove_object(self._bucket, key)

    def delete_at_once(self, key: str) -> None:
        """The same for who cannot wait: raises StoreUnavailable after CHECK_SECONDS, and then it may be there."""
        with _lasting(CHECK_SECONDS), _translated(key):
            self._client.remove_object(self._bucket, key)

    def written_at(self, key: str) -> datetime:
        """When the object was written, by the store's clock (UTC). Raises ObjectMissing or StoreUnavailable."""
        with self._call(key):
            return cast(datetime, self._client.stat_object(self._bucket, key).last_modified)

    def exists(self, key: str) -> bool:
        try:
            with self._call(key):
                self._client.stat_object(self._bucket, key)
        except ObjectMissing:
            return False
        return True

    def move(self, key: str, target: str) -> None:
        """Copy, compare, and only then delete the original. Raises ObjectMissing, BytesChanged, StoreUnavailable."""
        with self._call(key):
            self._client.copy_object(self._bucket, target, CopySource(self._bucket, key))
        if self.size_and_digest(target) != self.size_and_digest(key):
            raise BytesChanged(target)
        self.delete(key)

    def list_keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin so, in the order of their bytes, read page by page."""
        with _translated():
            for item in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                yield cast(str, item.object_name)

    def check(self) -> str | None:
        """For readiness: None, or a short reason, within CHECK_SECONDS."""
        try:
            with _lasting(CHECK_SECONDS), _translated():
                return None if self._client.bucket_exists(self._bucket) else "no bucket"
        except StoreUnavailable:
            return "unreachable"

    @contextmanager
    def _call(self, key: str | None = None) -> Iterator[None]:
        """One call, or what is done within another. Raises ObjectMissing or StoreUnavailable."""
        if _end.get() is not None:
            with _translated(key):
                yield
            return
        with self._admitted(), _lasting(waits().store), _translated(key):
            yield

    @contextmanager
    def _as_one_of_few(self) -> Iterator[None]:
        """Raises StoreNotAsked where too many calls are under way or the last ones failed."""
        with ExitStack() as admitted:
            try:
                admitted.enter_context(self._limit.held())
                admitted.enter_context(self._upstream.place(0.0))
            except Unavailable as error:
                raise StoreNotAsked from error
            try:
                yield
            except StoreUnavailable:
                self._upstream.failed()
                raise
            except ObjectMissing:
                self._upstream.answered()
                raise
            self._upstream.answered()


class _Requests(urllib3.PoolManager):
    """Requests that end with their call. One that met a connection which the store had given up is sent once more."""

    def urlopen(self, method: str, url: str, **sent: Any) -> Any:  # type: ignore[override]
        ask = partial(super().urlopen, method, url, redirect=False, retries=False, **sent)
        try:
            return ask(timeout=_timeout())
        except ProtocolError:
            return ask(timeout=_timeout())


class _InTime:
    """A file that is sent within the call. Raises StoreUnavailable where it is taken too slowly."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int) -> bytes:
        _refuse_slow()
        return self._file.read(size)


def _timeout() -> urllib3.Timeout:
    left = max(0.01, _left())
    return urllib3.Timeout(connect=min(CONNECT_SECONDS, left), read=min(waits().store / 2, left))


def _left() -> float:
    """Seconds of the call under way; outside of one (lists) each request is a call."""
    end = _end.get()
    return waits().store if end is None else end - time.monotonic()


def _bytes_of(answer: Any) -> Iterator[bytes]:
    """Raises StoreUnavailable when they drip beyond the end of the call."""
    while chunk := answer.read1(CHUNK):
        yield chunk
        _refuse_slow()


def _refuse_slow() -> None:
    if _left() < 0:
        raise StoreUnavailable("too slow")


@contextmanager
def _lasting(seconds: float) -> Iterator[None]:
    token = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def _client(parts: SplitResult, requests: _Requests) -> Minio:
    return Minio(
        f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname),
        access_key=unquote(parts.username or ""),
        secret_key=unquote(parts.password or ""),
        secure=parts.scheme == "s3+https",
        region="us-east-1",
        http_client=requests,
    )


def _refuse_path(key: str) -> None:
    """Raises ObjectMissing for a key that the SDK never asks for, though a store may list it."""
    if not key or {".", ".."} & set(key.split("/")):
        raise ObjectMissing("a path, no key")


@contextmanager
def _translated(key: str | None = None) -> Iterator[None]:
    if key is not None:
        _refuse_path(key)
    try:
        yield
    except S3Error as error:
        if error.code in ("NoSuchKey", "NoSuchObject"):
            raise ObjectMissing(str(error.object_name)) from error
        raise StoreUnavailable(str(error.code)) from error
    except InvalidResponseError as error:
        # rclone's S3 says "text/xml", which the SDK does not read.
        if "<Code>NoSuchKey</Code>" in str(error):
            raise ObjectMissing("NoSuchKey") from error
        raise StoreUnavailable(type(error).__name__) from error
    except (MinioException, HTTPError, OSError) as error:
        raise StoreUnavailable(type(error).__name__) from error
    except ValueError as error:  # an answer that the SDK cannot read
        raise StoreUnavailable("unreadable answer") from error
