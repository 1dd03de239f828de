"""Client of pieces: the pieces asked for, their deposits and statuses, and uploads in parts (tus)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import quote

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.documents import CandidatureTile
from services.chassis.errors import NotFound
from services.chassis.http.client import path
from services.chassis.http.connections import Answer
from services.contracts.file_rules import OTHER_EXTENSIONS, VIEWABLE_FORMATS

FILE_SECONDS = 60.0  # to pass 5 MiB on, and for pieces to inspect them
TUS_HEADERS = {"Tus-Resumable": "1.0.0"}  # of every request about an upload (https://tus.io/protocols/resumable-upload)
UPLOAD_PART_TYPE = "application/offset+octet-stream"


@dataclass(frozen=True)
class Deposit:
    id: str
    filename: str
    size: int
    deposited_sentence: str
    scan: str
    scan_code: str
    validated_sentence: str | None
    converted: bool = False
    pages: int | None = None
    look: tuple[str, ...] = ()

    @property
    def has_preview(self) -> bool:
        extension = PurePath(self.filename).suffix.casefold().removeprefix(".")
        return OTHER_EXTENSIONS.get(extension, extension) in VIEWABLE_FORMATS


@dataclass(frozen=True)
class Piece:
    id: str
    code: str
    label: str
    required: bool
    formats: tuple[str, ...]
    form: str | None
    can_deposit: bool
    can_delete: bool
    deposit: Deposit | None
    status: str | None
    status_code: str | None
    status_comment: str | None
    received_on: str | None
    sentence: str | None = None


@dataclass(frozen=True)
class UploadState:
    """How many bytes of an upload have come, of how many."""

    offset: int
    length: int


@dataclass(frozen=True)
class Group:
    """A regroupement: pieces that are shown and validated together."""

    code: str
    label: str
    can_validate: bool
    validate_blocked_reason: str | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Period:
    sentence: str
    open: bool
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class RequestedPieces:
    """All pieces asked for one candidature."""

    periods: tuple[Period, ...]
    warning: str
    exam_label: str
    session_label: str
    academie_label: str

    @property
    def is_all_handed_over(self) -> bool:
        """Nothing is left to deposit or to validate, and all periods are open."""
        groups = [group for period in self.periods for group in period.groups]
        has_something_to_do = any(
            group.can_validate or any(piece.can_deposit for piece in group.pieces) for group in groups
        )
        return not has_something_to_do and all(period.open for period in self.periods)

    def piece(self, piece_id: str) -> Piece | None:
        pieces = (piece for period in self.periods for group in period.groups for piece in group.pieces)
        return next((piece for piece in pieces if piece.id == piece_id), None)

    def group(self, code: str) -> Group | None:
        groups = (group for period in self.periods for group in period.groups)
        return next((group for group in groups if group.code == code), None)


@dataclass(frozen=True)
class DepositPeriod:
    """ISO 8601; `closes` is an exclusive end."""

    opens: str
    closes: str


@dataclass(frozen=True)
class Resubmission:
    """A refused piece, to be deposited again before `until`."""

    label: str
    until: str


@dataclass(frozen=True)
class PiecesToDo:
    """How many pieces of a candidature are missing or refused, how many regroupements are to be validated; `late`
    pieces can no longer be provided.

    `version` is the candidature's version that pieces knows; `until`: the nearest deadline, `opens`: when the deposit
    will begin (ISO 8601).
    """

    candidature_id: str
    version: int
    missing: int
    refused: int
    to_validate: int
    until: str | None
    opens: str | None
    periods: tuple[DepositPeriod, ...]
    resubmissions: tuple[Resubmission, ...]
    late: int = 0


class Pieces:
    """Methods take the candidate's access token."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def candidatures(self, token: str) -> tuple[CandidatureTile, ...]:
        tiles = self._http.get("/v1/candidatures", token=token)["candidatures"]
        return tuple(parsed(CandidatureTile, item) for item in tiles)

    def pieces_to_do(self, token: str) -> tuple[PiecesToDo, ...]:
        """Of every candidature."""
        return tuple(parsed(PiecesToDo, item) for item in self._http.get("/v1/left", token=token)["candidatures"])

    def requested_pieces(self, token: str, candidature_id: str) -> RequestedPieces:
        return parsed(RequestedPieces, self._http.get(path("/v1/candidatures/{}/pieces", candidature_id), token=token))

    def deposit(self, token: str, piece_id: str, filename: str, file: BinaryIO, length: int) -> Piece:
        """`file` is read once, `length` bytes. Refusals say why, in French."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(length),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
        }
        address = path("/v1/pieces/{}/deposit", piece_id)
        body = file if length else b""
        answer = self._http.call("PUT", address, token=token, data=body, headers=headers, seconds=FILE_SECONDS)
        return parsed(Piece, answer.json())

    def start_upload(self, token: str, piece_id: str, length: str, metadata: str) -> str:
        """The id of a new upload; `length`, `metadata`: the values of tus' headers Upload-Length, Upload-Metadata."""
        headers = {**TUS_HEADERS, "Upload-Length": length, "Upload-Metadata": metadata}
        answer = self._http.call("POST", path("/v1/pieces/{}/uploads", piece_id), token=token, headers=headers)
        return str(answer.headers["Location"]).rpartition("/")[2]

    def upload_state(self, token: str, upload_id: str) -> UploadState:
        answer = self._http.answer("HEAD", path("/v1/uploads/{}", upload_id), token=token, headers=TUS_HEADERS)
        if answer.status_code in (404, 410):  # an answer to HEAD has no body with the problem
            raise NotFound()
        if answer.status_code >= 400:
            raise self._http.away()
        return UploadState(int(answer.headers["Upload-Offset"]), int(answer.headers["Upload-Length"]))

    def append_to_upload(self, token: str, upload_id: str, offset: str, part: bytes) -> int:
        """The new offset, after `part` is written at `offset`."""
        headers = {**TUS_HEADERS, "Content-Type": UPLOAD_PART_TYPE, "Upload-Offset": offset}
        answer = self._http.call("PATCH", path("/v1/uploads/{}", upload_id), token=token, data=part, headers=headers)
        return int(answer.headers["Upload-Offset"])

    def cancel_upload(self, token: str, upload_id: str) -> None:
        self._http.call("DELETE", path("/v1/uploads/{}", upload_id), token=token, headers=TUS_HEADERS)

    def deposit_uploads(self, token: str, piece_id: str, uploads: Sequence[str]) -> Piece:
        """Complete uploads become the piece's file, several of them the pages of one PDF. May be repeated."""
        address, sent = path("/v1/pieces/{}/deposit", piece_id), {"uploads": list(uploads)}
        return parsed(Piece, self._http.post(address, json=sent, token=token, seconds=FILE_SECONDS))

    def delete_deposit(self, token: str, piece_id: str) -> None:
        self._http.delete(path("/v1/pieces/{}/deposit", piece_id), token=token)

    def file(self, token: str, piece_id: str) -> Answer:
        answer: Answer = self._http.call(
            "GET", path("/v1/pieces/{}/file", piece_id), token=token, seconds=FILE_SECONDS, stream=True
        )
        return answer

    def preview(self, token: str, piece_id: str) -> Answer:
        """A small picture of the file, or of its first page."""
        answer: Answer = self._http.call(
            "GET", path("/v1/pieces/{}/preview", piece_id), token=token, seconds=FILE_SECONDS, stream=True
        )
        return answer

    def validate_group(self, token: str, candidature_id: str, group: str) -> None:
        address = path("/v1/candidatures/{}/groups/{}/validation", candidature_id, group)
        self._http.post(address, json={}, token=token)


def upload_metadata(filename: str) -> str:
    """The value of Upload-Metadata that names an upload's file."""
    return f"filename {b64encode(filename.encode()).decode()}"
