"""Objects (uploads, rendered documents) in any S3, through the minio SDK. All metadata lives in our own rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast
from urllib.parse import SplitResult, unquote, urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.error import InvalidResponseError, MinioException, S3Error
from urllib3.exceptions import HTTPError

CHUNK = 64 * 1024
PART_SIZE = 10 * 1024 * 1024
CHECK_SECONDS = 2.0


class StoreUnavailable(Exception):
    """The object store does not answer, or not as it should."""


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
    """One bucket. `url` is `s3+http://key:secret@host:port/bucket` or `s3+https://…`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("s3+http", "s3+https") or not parts.hostname or not parts.path.strip("/"):
            raise ValueError("s3+http://key:secret@host:port/bucket is expected")
        self._bucket = parts.path.strip("/")
        self._client = _client(parts, urllib3.Timeout(connect=3, read=20), urllib3.Retry(2, backoff_factor=0.1))
        # A probe waits less than a deposit does, and wants the first answer.
        self._probing = _client(parts, urllib3.Timeout(total=CHECK_SECONDS), False)

    def ensure_bucket(self) -> None:
        with _translated():
            if not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket)

    def put(self, key: str, stream: BinaryIO, length: int, content_type: str) -> Stored:
        """Write, then read back what was kept: a caller compares it with what it sent before it commits.

        Raises StoreUnavailable, also where a store that was restarted in between knows nothing of the object.
        """
        with _translated():
            self._client.put_object(self._bucket, key, stream, length, content_type=content_type, part_size=PART_SIZE)
        try:
            return self.size_and_digest(key)
        except ObjectMissing as error:
            raise StoreUnavailable("forgot what it took") from error

    @contextmanager
    def open(self, key: str) -> Iterator[Iterator[bytes]]:
        """The object's bytes in chunks. Raises ObjectMissing or StoreUnavailable."""
        with _translated(key):
            answer = self._client.get_object(self._bucket, key)
            try:
                yield answer.stream(CHUNK)
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
        with _translated(key):
            self._client.remove_object(self._bucket, key)

    def delete_at_once(self, key: str) -> None:
        """The same for who cannot wait: raises StoreUnavailable after CHECK_SECONDS, and then it may be there."""
        with _translated(key):
            self._probing.remove_object(self._bucket, key)

    def written_at(self, key: str) -> datetime:
        """When the object was written, by the store's clock (UTC). Raises ObjectMissing or StoreUnavailable."""
        with _translated(key):
            return cast(datetime, self._client.stat_object(self._bucket, key).last_modified)

    def exists(self, key: str) -> bool:
        try:
            with _translated(key):
                self._client.stat_object(self._bucket, key)
        except ObjectMissing:
            return False
        return True

    def move(self, key: str, target: str) -> None:
        """Copy, compare, and only then delete the original. Raises ObjectMissing, BytesChanged, StoreUnavailable."""
        with _translated(key):
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
            with _translated():
                return None if self._probing.bucket_exists(self._bucket) else "no bucket"
        except StoreUnavailable:
            return "unreachable"


def _client(parts: SplitResult, timeout: urllib3.Timeout, retries: urllib3.Retry | bool) -> Minio:
    return Minio(
        f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname),
        access_key=unquote(parts.username or ""),
        secret_key=unquote(parts.password or ""),
        secure=parts.scheme == "s3+https",
        region="us-east-1",
        http_client=urllib3.PoolManager(timeout=timeout, retries=retries, maxsize=20),
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
