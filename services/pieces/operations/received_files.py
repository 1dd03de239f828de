"""Files on the service's side while a request lasts: on a temporary file or in memory, with size and SHA-256."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from services.contracts.piece_rules import MAX_FILE_BYTES
from services.objects import ContentDigest
from services.pieces.domain import refusals


@dataclass(frozen=True)
class ReceivedFile:
    """A whole file, positioned at its beginning, with its size and digest."""

    content: BinaryIO
    stored: ContentDigest


def refuse_size(length: int) -> None:
    """Raises TooLarge beyond the limit of one file, FileRefused for an empty one."""
    if length > MAX_FILE_BYTES:
        raise refusals.too_large(length)
    if length == 0:
        raise refusals.empty()


@contextmanager
def write_to_disk(chunks: Iterable[bytes]) -> Iterator[ReceivedFile]:
    """All chunks in one temporary file, for the block. What iterating raises is raised."""
    with TemporaryFile() as file:
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            size += file.write(chunk)
        file.seek(0)
        yield ReceivedFile(cast(BinaryIO, file), ContentDigest(size, digest.hexdigest()))


def hold_in_memory(content: bytes) -> ReceivedFile:
    return ReceivedFile(io.BytesIO(content), ContentDigest(len(content), hashlib.sha256(content).hexdigest()))
