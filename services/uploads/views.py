"""The views of uploads by tus 1.0.0 (core, creation, termination, expiration), which services have
alike."""

import base64
import binascii
import re
from collections.abc import Callable
from contextlib import suppress
from wsgiref.handlers import format_date_time

from flask import Response, request
from werkzeug.exceptions import ClientDisconnected

from services.chassis.errors import DomainError, TooLarge
from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts import problem_types
from services.contracts.api.uploads import TUS_VERSION, UPLOAD_PART_TYPE, UploadOperations
from services.contracts.piece_rules import MAX_UPLOAD_PART_BYTES
from services.french import file_size
from services.uploads.uploads import UPLOAD_EXPIRY, Progress, Uploads

_NUMBER = re.compile(r"\d{1,15}", re.ASCII)


class BadRequestHeader(DomainError):
    """A header of the tus protocol is missing or malformed."""

    problem = problem_types.BAD_REQUEST


def upload_views(
    declared: UploadOperations, uploads: Uploads, begin: Callable[[str, str, int], Progress]
) -> Views:
    """`begin` announces a file for the caller: the id of what it is for, its name, its size."""
    views = Views("envois", __name__)
    views.after_request(_add_version)

    @views.serves(declared.begin)
    def begin_upload(**target: str) -> Response:
        _check_version()
        (target_id,) = target.values()
        progress = begin(target_id, _filename(), _byte_count("Upload-Length"))
        response = _progress_response(progress, 201)
        response.headers["Location"] = f"/v1/uploads/{progress.upload.id}"
        response.autocorrect_location_header = False
        return response

    @views.serves(declared.read)
    def upload_state(upload_id: str) -> Response:
        _check_version()
        with uploads.db.reading() as transaction:
            progress = uploads.progress(transaction, access.caller().id, upload_id)
        response = _progress_response(progress, 200)
        response.headers["Upload-Length"] = str(progress.upload.length)
        return response

    @views.serves(declared.go_on)
    def continue_upload(upload_id: str) -> Response:
        _check_version()
        content = _read_part()
        if request.mimetype != UPLOAD_PART_TYPE:
            raise BadRequestHeader(
                f"Content-Type : {UPLOAD_PART_TYPE} est attendu.",
                problem=problem_types.CONTENT_TYPE_REFUSED,
            )
        progress = uploads.append(
            access.caller().id, upload_id, _byte_count("Upload-Offset"), content
        )
        return _progress_response(progress, 204)

    @views.serves(declared.abandon)
    def abandon_upload(upload_id: str) -> None:
        _check_version()
        uploads.abandon(access.caller().id, upload_id)

    return views


def _add_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = TUS_VERSION
    return response


def _progress_response(progress: Progress, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(progress.offset)
    response.headers["Upload-Expires"] = format_date_time(
        (progress.upload.touched_at + UPLOAD_EXPIRY).timestamp()
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != TUS_VERSION:
        raise DomainError(
            f"Tus-Resumable : {TUS_VERSION} est attendu.", problem=problem_types.PROTOCOL_VERSION
        )


def _byte_count(header: str) -> int:
    """The number of bytes that a header holds. Raises BadRequestHeader."""
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise BadRequestHeader(f"{header} : un nombre d'octets est attendu.")
    return int(value)


def _filename() -> str:
    """The name in Upload-Metadata, empty where there is none. Raises BadRequestHeader."""
    pairs = dict(
        pair.strip().partition(" ")[::2]
        for pair in request.headers.get("Upload-Metadata", "").split(",")
    )
    try:
        return base64.b64decode(pairs.get("filename", ""), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadRequestHeader(
            "Upload-Metadata : filename est attendu en base64 (UTF-8)."
        ) from error


def _read_part() -> bytes:
    """The bytes of the body, as far as they came: where it was cut short, the upload continues
    after them.

    Raises TooLarge beyond MAX_UPLOAD_PART_BYTES.
    """
    request.max_content_length = (
        MAX_UPLOAD_PART_BYTES + 1
    )  # beyond the largest part, or its end is taken for too much
    if (request.content_length or 0) > MAX_UPLOAD_PART_BYTES:
        raise _part_too_large()
    content = bytearray()
    with suppress(ClientDisconnected, OSError):  # the sender is gone; nobody reads an answer
        while chunk := request.stream.read(64 * 1024):
            content += chunk
            if len(content) > MAX_UPLOAD_PART_BYTES:
                raise _part_too_large()
    return bytes(content)


def _part_too_large() -> TooLarge:
    return TooLarge(f"Une partie d'envoi ne doit pas excéder {file_size(MAX_UPLOAD_PART_BYTES)}.")
