"""Client of pieces for gestionnaires: candidatures that lack pieces, and reminders of them by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.staff_pieces import Regroupement, StaffCandidature

SENT = "sent"
"""The outcome of a reminder that was sent."""


@dataclass(frozen=True)
class MissingPiece:
    """`refused`: « Non Conforme », to be deposited again."""

    code: str
    label: str
    refused: bool


@dataclass(frozen=True)
class MissingPart:
    """Pieces of a regroupement with one deadline. `deposit_closes`: ISO 8601, exclusive; `days_left`: 0 on its day."""

    regroupement: Regroupement
    deposit_closes: str
    days_left: int
    pieces: tuple[MissingPiece, ...]


@dataclass(frozen=True)
class IncompleteCandidature:
    candidature: StaffCandidature
    missing: tuple[MissingPart, ...]
    last_reminder: str | None


@dataclass(frozen=True)
class OpenSession:
    exam: str
    session: str
    label: str


@dataclass(frozen=True)
class IncompleteSession(OpenSession):
    """`candidatures` that lack pieces, None until they are counted. `deposit_closes`: ISO 8601, exclusive, of the next
    end; None where refused pieces alone can still be deposited, as is `days_left`."""

    candidatures: int | None
    deposit_closes: str | None
    days_left: int | None


@dataclass(frozen=True)
class IncompleteSessions:
    """Those whose pieces can be deposited now; `counted_at`: ISO 8601, None before the first count."""

    items: tuple[IncompleteSession, ...] = ()
    counted_at: str | None = None


@dataclass(frozen=True)
class MissingPieces:
    """A page of the list; `sessions`: those whose pieces can be deposited now."""

    items: tuple[IncompleteCandidature, ...]
    next_cursor: str | None
    sessions: tuple[OpenSession, ...]


@dataclass(frozen=True)
class ReminderResult:
    """`outcome`: sent, nothing_missing, already_reminded_today or not_found."""

    candidature: str
    outcome: str


class MissingPiecesClient:
    """Methods take the access token of the member of staff, whose académies bound what they see and do."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def missing_pieces(self, token: str, filters: Mapping[str, str]) -> MissingPieces:
        """`filters`: academie, exam, session, regroupement, limit, cursor, by the names of the API."""
        return parsed(MissingPieces, self._http.get("/v1/missing-pieces", params=dict(filters), token=token))

    def counts(self, token: str) -> IncompleteSessions:
        return parsed(IncompleteSessions, self._http.get("/v1/missing-pieces/counts", token=token))

    def remind(self, token: str, candidatures: Sequence[str]) -> tuple[ReminderResult, ...]:
        """LARGEST_PAGE at most."""
        answer = self._http.post("/v1/reminders", json={"candidatures": list(candidatures)}, token=token)
        return tuple(parsed(ReminderResult, result) for result in answer["results"])
