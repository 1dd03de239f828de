"""Client of an S3 store, through the minio SDK, and where a service finds its store.

All metadata of objects is in the services' rows.
"""

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from io import BytesIO
from typing import Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error
from urllib3.exceptions import HTTPError, ProtocolError

from services.chassis.http.circuit_breaker import CircuitBreaker
from services.chassis.process.capacity import thread_count
from services.chassis.process.places import Limit
from services.chassis.process.time_limits import WEB, time_limits
from services.chassis.settings import Secret, ServiceSettings

CHUNK = 256 * 1024
SIGNATURE_LIFETIME = timedelta(minutes=5)  # far longer than a call takes and than clocks differ
CHECK_SECONDS = 2.0
CONNECT_SECONDS = 3.0
AUDIT_ROOTS = "audit-roots/"
_CODE = re.compile(rb"<Code>(\w{1,60})</Code>")
# When the current call has to end, by the monotonic clock; None outside of a call.
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@dataclass(frozen=True, kw_only=True)
class ObjectSettings(ServiceSettings):
    """The settings of a service that stores objects."""

    objects_url: Secret
    """s3+http://key:secret@host:port/bucket: where the service's objects are stored."""
    kept_days: int = 35
    """Days that a replaced or deleted object stays: longer than any backup of the database is
    kept."""

    def mistakes(self) -> list[str]:
        mistakes = super().mistakes()
        if self.kept_days <= 0:
            mistakes.append("KEPT_DAYS: a number of days, at least 1")
        return mistakes


class StoreUnavailable(Exception):
    """The object store does not answer, or not as it should."""


class StoreNotAsked(StoreUnavailable):
    """The store was not called: it has just failed several times, or too many calls are running."""


class ObjectMissing(Exception):
    """The store has no object under that key."""


class BytesChanged(Exception):
    """The store gave back other bytes than it was given."""


@dataclass(frozen=True)
class ContentDigest:
    """The size in bytes and the SHA-256 (hexadecimal) of a file or object."""

    size: int
    sha256: str


class ObjectStore:
    """One bucket. `url`: `s3+http://key:secret@host:port/bucket` or `s3+https://…`.

    No call waits longer for the store than the process's role (web or worker) allows. In web
    processes, where somebody waits, few calls run at once, and none is made while the store has
    just failed several times.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if (
            parts.scheme not in ("s3+http", "s3+https")
            or not parts.hostname
            or not parts.path.strip("/")
        ):
            raise ValueError("s3+http://key:secret@host:port/bucket is expected")
        self._bucket = parts.path.strip("/")
        self._requests = _Requests(maxsize=20, blocksize=CHUNK)
        self._client = Minio(
            f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname,
            access_key=unquote(parts.username or ""),
            secret_key=unquote(parts.password or ""),
            secure=parts.scheme == "s3+https",
            region="us-east-1",
            http_client=self._requests,
        )
        threads = thread_count() // 4
        running = max(1, threads * 3 // 4)
        self._limit = Limit("store", running, max(0, threads - running), refusal=StoreNotAsked)
        self._breaker = CircuitBreaker("store", StoreNotAsked)
        self._admission = self._with_admission if time_limits() is WEB else nullcontext

    @property
    def is_failing(self) -> bool:
        """Tell whether the last call of this process failed; always False in a worker."""
        return self._breaker.is_failing

    def ensure_bucket(self) -> None:
        with self._call():
            if not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket)

    def put(self, key: str, stream: BinaryIO, length: int, content_type: str) -> ContentDigest:
        """Write an object of `length` bytes and read it back; the caller compares the result with
        what it sent.

        Raises StoreUnavailable, also where a store that was restarted in between has lost the
        object.
        """
        with self._call():
            self._put(key, stream, length, content_type)
            try:
                return self.size_and_digest(key)
            except ObjectMissing as error:
                raise StoreUnavailable("forgot what it took") from error

    def _put(self, key: str, stream: BinaryIO, length: int, content_type: str) -> None:
        """Send the stream itself: the SDK would read the file into memory and hash it once more, to
        sign it."""
        url = self._client.get_presigned_url("PUT", self._bucket, key, SIGNATURE_LIFETIME)
        headers = {"Content-Length": str(length), "Content-Type": content_type}
        answer = self._requests.urlopen(
            "PUT", url, body=stream, body_pos=stream.tell(), headers=headers
        )
        if answer.status != HTTPStatus.OK:
            code = _CODE.search(answer.data)
            raise StoreUnavailable(code[1].decode() if code else str(answer.status))

    @contextmanager
    def open(self, key: str) -> Iterator[Iterator[bytes]]:
        """Open an object, whose bytes come in chunks. Raises ObjectMissing or StoreUnavailable."""
        with self._call(key):
            answer = self._client.get_object(self._bucket, key)
            try:
                yield answer.stream(CHUNK)
            finally:
                answer.close()
                answer.release_conn()

    def read(self, key: str) -> bytes:
        with self.open(key) as chunks:
            return b"".join(chunks)

    def size_and_digest(self, key: str) -> ContentDigest:
        digest = hashlib.sha256()
        size = 0
        with self.open(key) as chunks:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
        return ContentDigest(size, digest.hexdigest())

    def delete(self, key: str) -> None:
        with self._call(key):
            self._client.remove_object(self._bucket, key)

    def delete_at_once(self, key: str) -> None:
        """Delete an object within CHECK_SECONDS. Raises StoreUnavailable after them; the object may
        still be there then."""
        with _within(CHECK_SECONDS), _translating_errors(key):
            self._client.remove_object(self._bucket, key)

    def exists(self, key: str) -> bool:
        try:
            with self._call(key):
                self._client.stat_object(self._bucket, key)
        except ObjectMissing:
            return False
        return True

    def list_keys(self) -> Iterator[str]:
        """Yield all keys in the order of their bytes, read page by page. Raises
        StoreUnavailable."""
        with _translating_errors():
            for item in self._client.list_objects(self._bucket, recursive=True):
                yield cast(str, item.object_name)

    def check(self) -> str | None:
        """Say within CHECK_SECONDS why the store is not ready, in a word or two; None where it
        is."""
        try:
            with _within(CHECK_SECONDS), _translating_errors():
                return None if self._client.bucket_exists(self._bucket) else "no bucket"
        except StoreUnavailable:
            return "unreachable"

    @contextmanager
    def _call(self, key: str | None = None) -> Iterator[None]:
        """Make a call with its deadline, or a part of the current call.

        Raises ObjectMissing or StoreUnavailable.
        """
        if _deadline.get() is not None:
            with _translating_errors(key):
                yield
            return
        with self._admission(), _within(time_limits().store), _translating_errors(key):
            yield

    @contextmanager
    def _with_admission(self) -> Iterator[None]:
        """Let few calls run at once. Raises StoreNotAsked where too many run or the last ones
        failed."""
        with self._limit.place():
            self._breaker.check()
            try:
                yield
            except StoreUnavailable:
                self._breaker.record_failure()
                raise
            except ObjectMissing:
                self._breaker.record_answer()
                raise
            self._breaker.record_answer()


class RootsInStore:
    """Roots of the audit trail, each an object, where who changes the database by hand does not
    reach them. Both raise StoreUnavailable."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, number: int, root: str) -> None:
        self._store.put(
            f"{AUDIT_ROOTS}{number:08}", BytesIO(root.encode()), len(root.encode()), "text/plain"
        )

    def get(self, number: int) -> str | None:
        try:
            return self._store.read(f"{AUDIT_ROOTS}{number:08}").decode()
        except ObjectMissing:
            return None


class _Requests(urllib3.PoolManager):
    """Requests that end with their call's deadline. One on a connection that the store had closed
    is sent once more."""

    # The SDK and urllib3 each have more arguments, all of which are handed on.
    def urlopen(self, method: str, url: str, **arguments: Any) -> Any:  # type: ignore[override]
        request = partial(super().urlopen, method, url, redirect=False, retries=False, **arguments)
        try:
            return request(timeout=_timeout())
        except ProtocolError:
            return request(timeout=_timeout())


def _timeout() -> urllib3.Timeout:
    """Return the time until the current call's deadline; outside of one (lists) each request has
    the time of a call."""
    deadline = _deadline.get()
    whole = time_limits().store
    remaining = whole if deadline is None else max(0.01, deadline - time.monotonic())
    return urllib3.Timeout(connect=min(CONNECT_SECONDS, remaining), read=min(whole / 2, remaining))


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def _translating_errors(key: str | None = None) -> Iterator[None]:
    if key is not None and (not key or {".", ".."} & set(key.split("/"))):
        # The SDK refuses to ask for it, though a store may list it.
        raise ObjectMissing("a path, no key")
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
