"""Receiving a file from a browser: bounded in size and in time, whole on disk before anything is done with it.

A request answered unread is shown by browsers as a broken connection: what is too large is read and thrown away, up to
a bound, so that the page that says why can be read.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import Flask, Request, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected, HTTPException

from services.chassis.errors import Unavailable
from services.chassis.french import taille

MAX_BYTES = 5 * 1024 * 1024
ENVELOPE_BYTES = 64 * 1024  # what multipart adds around the file
DISCARD_BYTES = 64 * 1024 * 1024
DISCARD_SECONDS = 60.0
SILENCE_SECONDS = 30.0  # without a byte, the sender is gone
TOTAL_SECONDS = 1800.0  # 5 Mo at 3 Ko/s
CHUNK = 64 * 1024


class Refused(Exception):
    """What to say to the candidate instead of taking the file."""

    def __init__(self, detail: str, status: int, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail, self.status, self.retry_after = detail, status, retry_after


@dataclass(frozen=True)
class ReceivedFile:
    """`content` is at its start; `length` in bytes; `name` as the browser gave it."""

    name: str
    content: BinaryIO
    length: int


class _Bounded:
    """The request's body with a bound on the time that it may take."""

    def __init__(self, stream: Any, seconds: float) -> None:
        self._stream = stream
        self._deadline = time.monotonic() + seconds

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self._deadline:
            raise ClientDisconnected()
        try:
            return cast(bytes, self._stream.read(size))
        except OSError as error:  # silence, or a connection that broke
            raise ClientDisconnected() from error

    def readline(self, size: int = -1) -> bytes:
        return cast(bytes, self._stream.readline(size))


def register(app: Flask, uploads_at_once: int) -> None:
    app.extensions["uploads"] = threading.BoundedSemaphore(uploads_at_once)
    app.after_request(_read_what_is_left)


@contextmanager
def received_file(request: Request, field: str) -> Iterator[ReceivedFile | None]:
    """The file of form field `field`, None when none was chosen. Raises Refused."""
    length = request.content_length
    if length is None:
        raise Refused("L'envoi n'annonce pas sa taille : recommencez avec un navigateur à jour.", 411)
    if length > MAX_BYTES + ENVELOPE_BYTES:
        _discard(request, DISCARD_SECONDS)
        raise Refused(_too_large(length), 413)
    places: threading.BoundedSemaphore = current_app.extensions["uploads"]
    if not places.acquire(blocking=False):
        _discard(request, 5.0)
        raise Refused("Trop d'envois sont en cours. Réessayez dans une minute ; rien n'a été perdu.", 503, 60)
    try:
        yield _spooled(request, field)
    finally:
        places.release()


def _spooled(request: Request, field: str) -> ReceivedFile | None:
    request.max_content_length = MAX_BYTES + ENVELOPE_BYTES
    if sock := request.environ.get("gunicorn.socket"):
        sock.settimeout(SILENCE_SECONDS)
    request.environ["wsgi.input"] = _Bounded(request.environ["wsgi.input"], TOTAL_SECONDS)
    try:
        with _reading_at_most(sock, TOTAL_SECONDS):
            sent = request.files.get(field)
    except (ClientDisconnected, OSError) as error:
        raise Refused("L'envoi s'est interrompu : rien n'a été gardé. Recommencez.", 400) from error
    finally:
        if sock:
            with suppress(OSError):
                sock.settimeout(None)
    if sent is None:
        return None
    sent.stream.seek(0, 2)
    size = sent.stream.tell()
    sent.stream.seek(0)
    if size > MAX_BYTES:
        raise Refused(_too_large(size), 413)
    return ReceivedFile(sent.filename or "", cast(BinaryIO, sent.stream), size)


@contextmanager
def _reading_at_most(sock: socket.socket | None, seconds: float) -> Iterator[None]:
    """Then the body ends, however it drips: one read waits for many bytes, and each of them for the silence allowed."""

    def end() -> None:
        with suppress(OSError):
            cast(socket.socket, sock).shutdown(socket.SHUT_RD)

    clock = threading.Timer(seconds, end)
    clock.daemon = True
    if sock:
        clock.start()
    try:
        yield
    finally:
        clock.cancel()


def _too_large(size: int) -> str:
    return f"Votre fichier est trop volumineux ({taille(size)}) : la taille ne doit pas excéder 5 Mo."


def _discard(request: Request, seconds: float) -> None:
    """Read and throw away, up to a bound of bytes and seconds."""
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or 0, DISCARD_BYTES)
    deadline = time.monotonic() + seconds
    sock = request.environ.get("gunicorn.socket")
    if sock:
        sock.settimeout(seconds)
    with suppress(OSError, HTTPException, Unavailable), _reading_at_most(sock, seconds):
        while left > 0 and time.monotonic() < deadline:
            chunk = stream.read(min(CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
    request.environ["portail.read"] = True


def _read_what_is_left(response: Response) -> Response:
    """A file sent to a page that refuses it for another reason (a session that has ended) is read away too."""
    is_file = request.method == "POST" and (request.content_type or "").startswith("multipart/form-data")
    if is_file and response.status_code >= 400 and "portail.read" not in request.environ:
        _discard(request, DISCARD_SECONDS)
    return response
