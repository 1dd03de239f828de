"""Receives files: limited in size and in number, and complete before they are passed on.

Browsers show a broken connection if a request is answered before its body is read: a body that is
too large is read and discarded, up to a limit, so that the page with the reason can be shown.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from io import BufferedReader
from typing import IO, Any, BinaryIO, cast

from flask import Flask, Request, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from gateway.file_uploads import ReceivedFile
from gateway.settings import GatewaySettings
from gateway.web_security import FILE_FORM_ENDPOINTS
from services.chassis.errors import DomainError, TooLarge, Unavailable
from services.chassis.process.places import Limit
from services.contracts import problem_types
from services.contracts.piece_rules import MAX_FILE_BYTES
from services.french import file_size

UPLOAD_PART_ENDPOINT = "justificatifs.append"
"""Of depot.py; the endpoints of whole forms are FILE_FORM_ENDPOINTS."""
ENVELOPE_BYTES = 64 * 1024  # what multipart/form-data adds around the files
DISCARD_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
READ_AHEAD_BYTES = 256 * 1024
UPLOADS = "uploads"
STAFF_UPLOADS = "staff_uploads"
STAFF_UPLOADS_AT_ONCE = 2
"""Of gestionnaires, received at the same time besides those of candidates: they may be larger."""
RETRY_SECONDS = 60
TOO_MANY_OF_CANDIDATE = (
    "Plusieurs de vos envois sont en cours. Attendez qu'ils soient finis, puis réessayez."
)
TOO_MANY_IN_ALL = "Trop d'envois sont en cours. Réessayez dans une minute."


class _BufferedFormParser(FormDataParser):
    """Reads request bodies in larger steps than Werkzeug does: at each step gunicorn copies all
    that has arrived."""

    def parse(self, stream: IO[bytes], *args: Any, **options: Any) -> Any:
        return super().parse(
            cast(IO[bytes], BufferedReader(cast(Any, stream), READ_AHEAD_BYTES)), *args, **options
        )


class _BufferedRequest(Request):
    form_data_parser_class = _BufferedFormParser


def upload_limit(name: str, in_all: int, each: int) -> Limit:
    """Of uploads received at once: `in_all`, and `each` of one candidate. Raises Unavailable beyond
    them."""
    beyond, beyond_own = (
        partial(Unavailable, detail, retry_after=RETRY_SECONDS)
        for detail in (TOO_MANY_IN_ALL, TOO_MANY_OF_CANDIDATE)
    )
    return Limit(name, in_all, refusal=beyond, each=each, refusal_of_owner=beyond_own)


def register(app: Flask, settings: GatewaySettings) -> None:
    app.request_class = _BufferedRequest
    app.extensions[UPLOADS] = upload_limit(
        UPLOADS, settings.uploads_at_once, settings.uploads_per_candidate
    )
    app.extensions[STAFF_UPLOADS] = upload_limit(STAFF_UPLOADS, STAFF_UPLOADS_AT_ONCE, each=1)
    app.after_request(_drain_refused_upload)


@contextmanager
def received_files(
    field: str, owner: str, max_bytes: int = MAX_FILE_BYTES, *, limit: str = UPLOADS
) -> Iterator[Sequence[ReceivedFile]]:
    """The files chosen in form field `field`, in their order. Raises DomainError for what is not
    accepted."""
    length = request.content_length
    if length is None:
        detail = "L'envoi n'annonce pas sa taille : recommencez avec un navigateur à jour."
        raise DomainError(detail, problem=problem_types.LENGTH_REQUIRED)
    if length > max_bytes + ENVELOPE_BYTES:
        raise TooLarge(_too_large_sentence(length, max_bytes))
    with upload_place(owner, limit):
        yield _read_files(field, max_bytes)


def upload_place(owner: str, limit: str = UPLOADS) -> AbstractContextManager[None]:
    """A place among the uploads being received, for the duration of the block. Raises
    Unavailable."""
    uploads: Limit = current_app.extensions[limit]
    return uploads.place(owner)


def _read_files(field: str, max_bytes: int) -> list[ReceivedFile]:
    request.max_content_length = max_bytes + ENVELOPE_BYTES
    try:
        uploaded = request.files.getlist(field)
    except (ClientDisconnected, OSError) as error:
        raise DomainError("L'envoi s'est interrompu : rien n'a été gardé. Recommencez.") from error
    files = [
        ReceivedFile(file.filename, cast(BinaryIO, file.stream), _size(file.stream))
        for file in uploaded
        if file.filename
    ]
    if (size := sum(file.length for file in files)) > max_bytes:
        raise TooLarge(_too_large_sentence(size, max_bytes, len(files)))
    return files


def _size(stream: IO[bytes]) -> int:
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    return size


def _too_large_sentence(size: int, max_bytes: int, files: int = 1) -> str:
    limit = file_size(max_bytes)
    if files > 1:
        rule = f"ensemble, ils ne doivent pas excéder {limit}"
        return f"Vos fichiers sont trop volumineux ({file_size(size)}) : {rule}."
    return (
        f"Votre fichier est trop volumineux ({file_size(size)}) : la taille ne doit pas excéder "
        f"{limit}."
    )


def _drain_refused_upload(response: Response) -> Response:
    """Read the rest of the body, whatever the reason of the refusal, including an ended session."""
    sends_file = request.endpoint in FILE_FORM_ENDPOINTS and request.method == "POST"
    if (sends_file or request.endpoint == UPLOAD_PART_ENDPOINT) and response.status_code >= 400:
        request.max_content_length = max(
            DISCARD_BYTES, request.content_length or 0
        )  # None: the limit of forms
        remaining = DISCARD_BYTES
        with suppress(OSError, ClientDisconnected, RequestEntityTooLarge):
            while remaining > 0 and (chunk := request.stream.read(CHUNK_BYTES)):
                remaining -= len(chunk)
    return response
