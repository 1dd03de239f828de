"""Several files of one form, sent to pieces as uploads that it joins into one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

from gateway.clients.pieces import Piece, Pieces, upload_metadata
from gateway.web.justificatifs.file_reception import ReceivedFile
from services.chassis.errors import DomainError
from services.contracts.file_rules import MAX_UPLOAD_PART_BYTES


def deposit_together(pieces: Pieces, token: str, piece_id: str, files: Sequence[ReceivedFile]) -> Piece:
    """The piece with its one file. After a refusal the uploads are cancelled."""
    uploads: list[str] = []
    try:
        for file in files:
            uploads.append(pieces.start_upload(token, piece_id, str(file.length), upload_metadata(file.name)))
            _append(pieces, token, uploads[-1], file.content)
        return pieces.deposit_uploads(token, piece_id, uploads)
    except DomainError:
        for upload in uploads:
            with suppress(DomainError):
                pieces.cancel_upload(token, upload)
        raise


def _append(pieces: Pieces, token: str, upload: str, content: BinaryIO) -> None:
    offset = 0
    while part := content.read(MAX_UPLOAD_PART_BYTES):
        offset = pieces.append_to_upload(token, upload, str(offset), part)
