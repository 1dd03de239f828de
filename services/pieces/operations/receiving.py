"""The bytes of a file, kept aside on disk and hashed while they come; nothing of it stays after the request."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO, Protocol, cast

from services.objects import Stored
from services.pieces.domain import refusals

CHUNK = 256 * 1024


class Source(Protocol):
    """A request's body; a read that fails or ends early means that the sender is gone."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Received:
    """A whole file at its beginning, with what was counted on the way."""

    content: BinaryIO
    stored: Stored


@contextmanager
def received(source: Source, length: int) -> Iterator[Received]:
    """Read exactly `length` bytes. Raises TooLarge, or FileRefused for an empty or broken-off body."""
    if length > refusals.LIMIT:
        raise refusals.too_large(length)
    if length == 0:
        raise refusals.empty()
    with on_disk(_chunks(source, length)) as file:
        yield file


@contextmanager
def on_disk(chunks: Iterable[bytes]) -> Iterator[Received]:
    """All of them; what iterating raises is raised."""
    with TemporaryFile() as file:
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            size += file.write(chunk)
        file.seek(0)
        yield Received(cast(BinaryIO, file), Stored(size, digest.hexdigest()))


def held(content: bytes) -> Received:
    """Bytes that are here already."""
    return Received(io.BytesIO(content), Stored(len(content), hashlib.sha256(content).hexdigest()))


def _chunks(source: Source, length: int) -> Iterator[bytes]:
    left = length
    while left:
        try:
            chunk = source.read(min(CHUNK, left))
        except Exception as error:  # whatever the server's stream raises when its peer is gone
            raise refusals.broken_off() from error
        if not chunk:
            raise refusals.broken_off()
        yield chunk
        left -= len(chunk)
