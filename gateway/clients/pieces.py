"""pieces as the pages see it: what is asked for, what was deposited, and where each piece stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

import requests

from gateway.clients.base import ServiceClient, shaped
from gateway.clients.documents import CandidatureTile
from services.chassis.http import path

FILE_SECONDS = 60.0  # 5 MiB on its way between our processes, and looked into


@dataclass(frozen=True)
class Deposit:
    id: str
    filename: str
    size: int
    deposited_sentence: str
    scan: str | None
    validated_sentence: str | None


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
    resubmit_sentence: str | None = None


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
    """What is left to do with the pieces of a candidature: how many pieces, how many regroupements to validate.

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

    def deposit(self, token: str, piece_id: str, filename: str, file: BinaryIO, length: int) -> None:
        """`file` is read once, `length` bytes. Refusals say why, in French."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(length),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
        }
        address = path("/v1/pieces/{}/deposit", piece_id)
        body = file if length else b""
        self._http.call("PUT", address, token=token, data=body, headers=headers, seconds=FILE_SECONDS)

    def delete(self, token: str, piece_id: str) -> None:
        self._http.delete(path("/v1/pieces/{}/deposit", piece_id), token=token)

    def file(self, token: str, piece_id: str) -> requests.Response:
        answer: requests.Response = self._http.call(
            "GET", path("/v1/pieces/{}/file", piece_id), token=token, seconds=FILE_SECONDS, stream=True
        )
        return answer

    def validate(self, token: str, candidature_id: str, group: str) -> None:
        address = path("/v1/candidatures/{}/groups/{}/validation", candidature_id, group)
        self._http.post(address, json={}, token=token)
