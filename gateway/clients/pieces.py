"""pieces as the pages see it: what is asked for, what was deposited, and where each piece stands."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import quote

from gateway.clients.base import ServiceClient, shaped
from gateway.clients.documents import CandidatureTile
from services.chassis.errors import NotFound
from services.chassis.http.client import path
from services.chassis.http.connections import Answer

FILE_SECONDS = 60.0  # 5 MiB on its way between our processes, and looked into
TUS = {"Tus-Resumable": "1.0.0"}  # of every request about an upload (https://tus.io/protocols/resumable-upload)
PART = "application/offset+octet-stream"
WITH_PREVIEW = {".pdf", ".png", ".jpg", ".jpeg", ".jpe", ".jfif"}


@dataclass(frozen=True)
class Deposit:
    id: str
    filename: str
    size: int
    deposited_sentence: str
    scan: str | None
    validated_sentence: str | None
    converted: bool = False
    pages: int | None = None
    look: tuple[str, ...] = ()

    @property
    def has_preview(self) -> bool:
        return PurePath(self.filename).suffix.casefold() in WITH_PREVIEW


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
    """A regroupement."""

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
class Asked:
    """All that is asked for one candidature."""

    periods: tuple[Period, ...]
    warning: str
    exam_label: str
    session_label: str
    academie_label: str

    @property
    def all_handed_over(self) -> bool:
        """Nothing is left to deposit or to validate while all periods are open."""
        groups = [group for period in self.periods for group in period.groups]
        left = any(group.can_validate or any(piece.can_deposit for piece in group.pieces) for group in groups)
        return not left and all(period.open for period in self.periods)

    def piece(self, piece_id: str) -> Piece | None:
        found = (p for period in self.periods for group in period.groups for p in group.pieces if p.id == piece_id)
        return next(found, None)

    def group(self, code: str) -> Group | None:
        return next((g for period in self.periods for g in period.groups if g.code == code), None)


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
class Left:
    """What is left to do with the pieces of a candidature: how many pieces, how many regroupements to validate; `late`
    pieces can be provided no longer.

    `version` is the one that pieces knows of; `until`: the nearest deadline, `opens`: when the deposit will begin
    (ISO 8601).
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
        found = self._http.get("/v1/candidatures", token=token)["candidatures"]
        return tuple(shaped(CandidatureTile, item) for item in found)

    def left(self, token: str) -> tuple[Left, ...]:
        """Of every candidature."""
        return tuple(shaped(Left, item) for item in self._http.get("/v1/left", token=token)["candidatures"])

    def asked(self, token: str, candidature_id: str) -> Asked:
        return shaped(Asked, self._http.get(path("/v1/candidatures/{}/pieces", candidature_id), token=token))

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
        return shaped(Piece, answer.json())

    def start_upload(self, token: str, piece_id: str, length: str, metadata: str) -> str:
        """The id of an upload whose bytes have yet to come; both values as the headers of that name have them."""
        headers = {**TUS, "Upload-Length": length, "Upload-Metadata": metadata}
        answer = self._http.call("POST", path("/v1/pieces/{}/uploads", piece_id), token=token, headers=headers)
        return str(answer.headers["Location"]).rpartition("/")[2]

    def upload_state(self, token: str, upload_id: str) -> UploadState:
        answer = self._http.answer("HEAD", path("/v1/uploads/{}", upload_id), token=token, headers=TUS)
        if answer.status_code in (404, 410):  # without a body to say so
            raise NotFound()
        if answer.status_code >= 400:
            raise self._http.away()
        return UploadState(int(answer.headers["Upload-Offset"]), int(answer.headers["Upload-Length"]))

    def append(self, token: str, upload_id: str, offset: str, part: bytes) -> int:
        """The offset after `part`, which starts at `offset`."""
        headers = {**TUS, "Content-Type": PART, "Upload-Offset": offset}
        answer = self._http.call("PATCH", path("/v1/uploads/{}", upload_id), token=token, data=part, headers=headers)
        return int(answer.headers["Upload-Offset"])

    def cancel_upload(self, token: str, upload_id: str) -> None:
        self._http.call("DELETE", path("/v1/uploads/{}", upload_id), token=token, headers=TUS)

    def deposit_uploads(self, token: str, piece_id: str, uploads: Sequence[str]) -> Piece:
        """Complete uploads become the piece's file, several pictures as the pages of one PDF. May be repeated."""
        address, sent = path("/v1/pieces/{}/deposit", piece_id), {"uploads": list(uploads)}
        return shaped(Piece, self._http.post(address, json=sent, token=token, seconds=FILE_SECONDS))

    def delete(self, token: str, piece_id: str) -> None:
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

    def validate(self, token: str, candidature_id: str, group: str) -> None:
        address = path("/v1/candidatures/{}/groups/{}/validation", candidature_id, group)
        self._http.post(address, json={}, token=token)


def upload_metadata(filename: str) -> str:
    """The header that names an upload's file."""
    return f"filename {b64encode(filename.encode()).decode()}"
