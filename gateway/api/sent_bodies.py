"""The body of a tool's call: in memory, or a file that waits on disk as those of pages do, a few at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from flask import request

from gateway.api.limits import max_file_bytes
from gateway.web.justificatifs.file_reception import CHUNK_BYTES, FileRefused, staff_upload_place
from services.chassis.errors import TooLarge, Unavailable
from services.chassis.french import file_size
from services.chassis.process.capacity import MAX_BODY_BYTES


@dataclass(frozen=True)
class SentBody:
    """What is passed on, and the headers that it needs besides those of the call."""

    content: bytes | IO[bytes] | None
    headers: dict[str, str] = field(default_factory=dict)


def limit_body(service: str, path: str) -> None:
    """Have no more read of the body than a call of that path (without « /v1/ ») may send. Raises TooLarge for one that
    announces more."""
    largest_file = max_file_bytes(service, path)
    request.max_content_length = largest_file or MAX_BODY_BYTES
    if (request.content_length or 0) > request.max_content_length:
        raise TooLarge(_too_large_sentence(largest_file) if largest_file else "")


@contextmanager
def sent_body(service: str, path: str, sender: str) -> Iterator[SentBody]:
    """Of a call of that path; a file until the end of the block. Raises Unavailable while `sender` sends another one,
    or too many are under way."""
    if max_file_bytes(service, path) is None:
        yield SentBody(request.get_data() or None)
        return
    try:
        with staff_upload_place(sender), tempfile.TemporaryFile() as file:
            shutil.copyfileobj(request.stream, file, CHUNK_BYTES)
            length = file.tell()
            file.seek(0)
            yield SentBody(file, {"Content-Length": str(length)})
    except FileRefused as refusal:
        raise Unavailable(refusal.detail, retry_after=refusal.retry_after or 0) from refusal


def _too_large_sentence(largest: int) -> str:
    return (
        f"La taille d'un envoi ne doit pas excéder {file_size(largest)} : rien n'a été gardé. "
        "Envoyez le contenu en plusieurs fois."
    )
