"""Receiving files: bounded in size, in number at once, and whole before anything is done with it.

A request answered unread is shown by browsers as a broken connection: what is too large is read and thrown away, up to
a bound, so that the page that says why can be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from typing import IO, Any, BinaryIO, cast

from flask import Flask, Request, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from gateway.protection import TAKES_FILES
from gateway.settings import GatewaySettings
from services.chassis.french import taille
from services.chassis.process.concurrency import Places

MAX_BYTES = 5 * 1024 * 1024  # of all files of a form together
TAKES_PARTS = "justificatifs.append"
ENVELOPE_BYTES = 64 * 1024  # what multipart adds around the file
DISCARD_BYTES = 64 * 1024 * 1024
CHUNK = 64 * 1024
READ_AT_ONCE = 256 * 1024
RETRY_SECONDS = 60
YOURS = "Plusieurs de vos envois sont en cours. Attendez qu'ils soient finis, puis réessayez."
EVERYBODYS = "Trop d'envois sont en cours. Réessayez dans une minute ; rien n'a été perdu."


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


class _Parser(FormDataParser):
    """Of forms, whose bodies it reads in larger steps than its own: at each step gunicorn copies all that has come."""

    def parse(self, stream: IO[bytes], *args: Any, **options: Any) -> Any:
        return super().parse(cast(IO[bytes], BufferedReader(cast(Any, stream), READ_AT_ONCE)), *args, **options)


class _Request(Request):
    form_data_parser_class = _Parser


def places(in_all: int, each: int) -> Places:
    """How many uploads are under way at once: `in_all`, and `each` of one candidate. Full ones raise Refused."""
    return Places(
        each, lambda: Refused(YOURS, 503, RETRY_SECONDS), in_all, lambda: Refused(EVERYBODYS, 503, RETRY_SECONDS)
    )


def register(app: Flask, settings: GatewaySettings) -> None:
    app.request_class = _Request
    app.extensions["uploads"] = places(settings.uploads_at_once, settings.uploads_per_candidate)
    app.after_request(_read_what_is_refused)


@contextmanager
def received_files(request: Request, field: str, candidate: str) -> Iterator[Sequence[ReceivedFile]]:
    """The files chosen in form field `field`, in their order. Raises Refused."""
    length = request.content_length
    if length is None:
        raise Refused("L'envoi n'annonce pas sa taille : recommencez avec un navigateur à jour.", 411)
    if length > MAX_BYTES + ENVELOPE_BYTES:
        raise Refused(_too_large(length), 413)
    with place(candidate):
        yield _spooled(request, field)


def place(candidate: str) -> AbstractContextManager[None]:
    """One among those for what is being received. Raises Refused."""
    uploads: Places = current_app.extensions["uploads"]
    return uploads.taken(candidate)


def _spooled(request: Request, field: str) -> list[ReceivedFile]:
    request.max_content_length = MAX_BYTES + ENVELOPE_BYTES
    try:
        sent = request.files.getlist(field)
    except (ClientDisconnected, OSError) as error:
        raise Refused("L'envoi s'est interrompu : rien n'a été gardé. Recommencez.", 400) from error
    files = [
        ReceivedFile(file.filename, cast(BinaryIO, file.stream), _size(file.stream)) for file in sent if file.filename
    ]
    if (size := sum(file.length for file in files)) > MAX_BYTES:
        raise Refused(_too_large(size, len(files)), 413)
    return files


def _size(stream: IO[bytes]) -> int:
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    return size


def _too_large(size: int, files: int = 1) -> str:
    if files > 1:
        rule = f"ensemble, ils ne doivent pas excéder {taille(MAX_BYTES)}"
        return f"Vos fichiers sont trop volumineux ({taille(size)}) : {rule}."
    return f"Votre fichier est trop volumineux ({taille(size)}) : la taille ne doit pas excéder {taille(MAX_BYTES)}."


def _read_what_is_refused(response: Response) -> Response:
    """Whatever files, or a part of one, are refused for; a session that has ended too."""
    sends_file = request.endpoint == TAKES_FILES and request.method == "POST"
    if (sends_file or request.endpoint == TAKES_PARTS) and response.status_code >= 400:
        request.max_content_length = max(DISCARD_BYTES, request.content_length or 0)  # None would be that of forms
        left = DISCARD_BYTES
        with suppress(OSError, ClientDisconnected, RequestEntityTooLarge):
            while left > 0 and (chunk := request.stream.read(CHUNK)):
                left -= len(chunk)
    return response
