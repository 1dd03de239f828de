"""Client of pieces for gestionnaires: what waits, the list, a piece with its history and pages, its control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.candidature_labels import CandidatureLabels
from gateway.clients.file_streaming import EXPORT_SECONDS
from services.chassis.http.client import path
from services.chassis.http.connections import Answer
from services.contracts.file_rules import MEDIA_TYPES, VIEWABLE_MEDIA_TYPES

FILE_SECONDS = 40.0
"""The store's answer, and the look into the file."""
MAX_SHOWN_PAGES = 100
"""Of one file, as pictures in its page; the others are in the file itself."""
Filters = Mapping[str, str]
"""The query of the list, by the names of the API: status, session, regroupement …"""


@dataclass(frozen=True)
class WaitingPieces:
    """What waits for a control in one session and regroupement. `oldest`: ISO 8601."""

    exam: str
    session: str
    session_label: str
    regroupement: str
    regroupement_label: str
    number: int
    validated: int
    sent_again: int
    oldest: str


@dataclass(frozen=True)
class StaffCandidature(CandidatureLabels):
    candidate_id: str
    exam: str
    numero_candidat: str
    nom: str
    prenoms: str


@dataclass(frozen=True)
class Regroupement:
    code: str
    label: str


@dataclass(frozen=True)
class StaffDeposit:
    """`openable`: the antivirus lets gestionnaires open it; `pages`: of a PDF, where they could be counted."""

    id: str
    filename: str
    size: int
    media_type: str
    deposited_at: str
    scan_label: str
    openable: bool
    pages: int | None

    @property
    def page_numbers(self) -> range:
        """Of the pages that are shown as pictures; empty for what is none."""
        shown = min(self.pages or 1, MAX_SHOWN_PAGES) if self.media_type in VIEWABLE_MEDIA_TYPES else 0
        return range(1, 1 + shown)

    @property
    def may_have_more_pages(self) -> bool:
        """Than those that are shown."""
        return self.media_type == MEDIA_TYPES["pdf"] and (self.pages is None or self.pages > MAX_SHOWN_PAGES)

    @property
    def is_sound(self) -> bool:
        return self.media_type.startswith("audio/")

    @property
    def is_film(self) -> bool:
        return self.media_type.startswith("video/")


@dataclass(frozen=True)
class StaffPiece:
    id: str
    etag: str
    candidature: StaffCandidature
    code: str
    label: str
    regroupement: Regroupement
    asked: bool
    status: str | None
    status_label: str | None
    comment: str | None
    received_on: str | None
    resubmit_until: str | None
    validated_at: str | None
    deposit: StaffDeposit | None


@dataclass(frozen=True)
class PastControl:
    staff_id: str
    status: str
    status_label: str
    comment: str | None
    controlled_at: str


@dataclass(frozen=True)
class History:
    controls: tuple[PastControl, ...]


@dataclass(frozen=True)
class RecentOpening:
    staff_id: str
    at: str


@dataclass(frozen=True)
class Neighbours:
    """Of a piece, in the list that some filters give."""

    previous: StaffPiece | None = None
    following: StaffPiece | None = None


@dataclass(frozen=True)
class StaffPieceDetail(StaffPiece):
    """`recent_openings`: of other gestionnaires, in the last minutes, the newest first."""

    history: History
    recent_openings: tuple[RecentOpening, ...]
    neighbours: Neighbours


@dataclass(frozen=True)
class StaffPieces:
    items: tuple[StaffPiece, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class FieldProblem:
    detail: str


@dataclass(frozen=True)
class Problem:
    detail: str | None = None
    title: str = ""
    errors: tuple[FieldProblem, ...] = ()

    @property
    def reason(self) -> str:
        """« La date de réception ne peut pas être dans le futur. »"""
        return " ".join(error.detail for error in self.errors) or self.detail or self.title


@dataclass(frozen=True)
class ControlResult:
    """Either the piece as it now is, or why it was not controlled, with the piece as it is where it can be read."""

    piece_id: str
    http_status: int
    piece: StaffPiece | None
    problem: Problem | None
    current: StaffPiece | None = None


class StaffPiecesClient:
    """Methods take the access token of the member of staff, whose académies bound what they see and do."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def control_queue(self, token: str) -> tuple[WaitingPieces, ...]:
        items = self._http.get("/v1/control-queue", token=token)["items"]
        return tuple(parsed(WaitingPieces, item) for item in items)

    def pieces(self, token: str, filters: Filters) -> StaffPieces:
        return parsed(StaffPieces, self._http.get("/v1/pieces", params=dict(filters), token=token))

    def piece(self, token: str, piece_id: str, filters: Filters) -> StaffPieceDetail:
        """With its neighbours in the list that the filters give."""
        params = {**filters, "neighbours": "true"}
        return parsed(StaffPieceDetail, self._http.get(path("/v1/pieces/{}", piece_id), params=params, token=token))

    def following(self, token: str, filters: Filters, piece_id: str) -> StaffPiece | None:
        """The piece of the list just after this one."""
        return next(iter(self.pieces(token, {**filters, "after": piece_id, "limit": "1"}).items), None)

    def control(self, token: str, piece_id: str, etag: str, control: Mapping[str, str | None]) -> StaffPiece:
        """`control`: deposit_id, status, comment, received_on, resubmit_until. Refused where the piece has changed."""
        address = path("/v1/pieces/{}/control", piece_id)
        answer = self._http.call("POST", address, token=token, json=dict(control), headers={"If-Match": etag})
        return parsed(StaffPiece, answer.json())

    def control_many(
        self, token: str, controls: Sequence[Mapping[str, str | None]], seconds: float
    ) -> tuple[ControlResult, ...]:
        """Each on its own, in order; an item also has piece_id and if_match. LARGEST_PAGE at most."""
        answer = self._http.post(
            "/v1/controls", json={"controls": [dict(control) for control in controls]}, token=token, seconds=seconds
        )
        return tuple(parsed(ControlResult, result) for result in answer["results"])

    def page_picture(self, token: str, piece_id: str, number: int, *, ahead: bool = False) -> Answer:
        """`ahead`: nobody looks at it yet; `record_opening` says when somebody does."""
        return self._stream(path("/v1/pieces/{}/pages/", piece_id) + f"{number}{'?ahead=true' if ahead else ''}", token)

    def record_opening(self, token: str, piece_id: str, deposit_id: str, page: int) -> None:
        body = {"deposit_id": deposit_id, "page": page}
        self._http.post(path("/v1/pieces/{}/openings", piece_id), json=body, token=token)

    def file(self, token: str, piece_id: str) -> Answer:
        return self._stream(path("/v1/pieces/{}/file", piece_id), token)

    def export(self, token: str, filters: Filters) -> Answer:
        """The whole list as CSV, streamed."""
        answer: Answer = self._http.call(
            "GET", "/v1/pieces.csv", token=token, params=dict(filters), seconds=EXPORT_SECONDS, stream=True
        )
        return answer

    def _stream(self, address: str, token: str) -> Answer:
        answer: Answer = self._http.call("GET", address, token=token, seconds=FILE_SECONDS, stream=True)
        return answer
