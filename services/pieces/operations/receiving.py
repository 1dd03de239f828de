"""The bytes of a request, kept aside on disk and hashed while they come; nothing of it stays after the request."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Protocol, cast

from services.objects import Stored
from services.pieces.domain import refusals

CHUNK = 64 * 1024
IN_MEMORY = 512 * 1024


class Source(Protocol):
    """A request's body; a read that fails or ends early means that the sender is gone."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Received:
    """A whole body at its beginning, with what was counted on the way."""

    content: BinaryIO
    stored: Stored


@contextmanager
def received(source: Source, length: int) -> Iterator[Received]:
    """Read exactly `length` bytes. Raises TooLarge, or FileRefused for an empty or broken-off body."""
    if length > refusals.LIMIT:
        raise refusals.too_large(length)
    if length == 0:
        raise refusals.empty()
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        content = cast(BinaryIO, spool)
        digest = _copy(source, content, length)
        content.seek(0)
        yield Received(content, Stored(length, digest))


def held(content: bytes) -> Received:
    """Bytes that are here already."""
    return Received(io.BytesIO(content), Stored(len(content), hashlib.sha256(content).hexdigest()))


def _copy(source: Source, target: BinaryIO, length: int) -> str:
    digest, left = hashlib.sha256(), length
    while left:
        try:
            chunk = source.read(min(CHUNK, left))
        except Exception as error:  # whatever the server's stream raises when its peer is gone
            raise refusals.broken_off() from error
        if not chunk:
            raise refusals.broken_off()
        digest.update(chunk)
        target.write(chunk)
        left -= len(chunk)
    return digest.hexdigest()
