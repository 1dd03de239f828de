"""Client of registrations for gestionnaires: candidatures found, and one with all its versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.file_streaming import EXPORT_SECONDS
from services.chassis.http.client import path
from services.chassis.http.connections import Answer
from services.chassis.process.expiring_cache import ExpiringCache
from services.contracts.registrations import Recap

REASONS_SECONDS = 60.0
"""For which reasons of refusal are kept: they change with the catalogue alone, and each piece asks for them."""
MAX_REASONS = 1000  # exams and codes of pieces


@dataclass(frozen=True)
class CandidatureRow:
    id: str
    candidate_id: str
    numero_candidat: str | None
    numero_inscription: str
    name: str
    exam: str
    session: str
    academie: str
    specialite: str | None
    state: str
    version: int
    saved_at: str


@dataclass(frozen=True)
class Change:
    section: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """`changes`: against the version before it."""

    version: int
    saved_at: str
    saved_by: str
    reason: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class MailsRefused:
    code: int
    since: str


@dataclass(frozen=True)
class MailToCandidate:
    """`state` is "waiting", "taken" or "refused"."""

    subject: str
    at: str
    state: str


@dataclass(frozen=True)
class Note:
    """`staff_id`: who wrote it."""

    text: str
    at: str
    staff_id: str


@dataclass(frozen=True)
class CandidatureDetail(CandidatureRow):
    recap: Recap
    versions: tuple[Version, ...]
    mails: tuple[MailToCandidate, ...]
    notes: tuple[Note, ...]
    mails_refused: MailsRefused | None


@dataclass(frozen=True)
class CandidaturePage:
    candidatures: tuple[CandidatureRow, ...]
    next_cursor: str | None


class StaffCandidaturesClient:
    """Methods take the access token of the member of staff, whose académies bound what they see."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http
        self._reasons: ExpiringCache[tuple[str, ...]] = ExpiringCache(seconds=REASONS_SECONDS, at_most=MAX_REASONS)

    def candidatures(self, token: str, filters: Mapping[str, str]) -> CandidaturePage:
        """`filters`: exam, session, academie, state, text, birth_date, cursor, order ("id" or "name")."""
        return parsed(CandidaturePage, self._http.get("/v1/staff/candidatures", params=dict(filters), token=token))

    def end(self, token: str, candidature_id: str, how: str, reason: str) -> None:
        """`how`: "withdrawal" on the candidate's request, or "ecart". Refused where it has ended already."""
        self._http.post(path("/v1/staff/candidatures/{}/", candidature_id) + how, json={"reason": reason}, token=token)

    def add_note(self, token: str, candidature_id: str, text: str) -> None:
        self._http.post(path("/v1/staff/candidatures/{}/notes", candidature_id), json={"text": text}, token=token)

    def export(self, token: str, academie: str) -> Answer:
        """All candidatures of the académies, or of one (« » for none in particular), as CSV, streamed."""
        return self._export("/v1/staff/candidatures.csv", token, academie)

    def export_epreuves(self, token: str, academie: str) -> Answer:
        """The épreuves of all active candidatures, of the same, as CSV, streamed."""
        return self._export("/v1/staff/epreuves.csv", token, academie)

    def _export(self, address: str, token: str, academie: str) -> Answer:
        params = {"academie": academie or None}
        answer: Answer = self._http.send(
            "GET", address, token=token, params=params, seconds=EXPORT_SECONDS, stream=True
        )
        return answer

    def candidature(self, token: str, candidature_id: str) -> CandidatureDetail:
        return parsed(CandidatureDetail, self._http.get(path("/v1/staff/candidatures/{}", candidature_id), token=token))

    def refusal_reasons(self, token: str, exam: str, piece_code: str | None) -> tuple[str, ...]:
        """Sentences to choose from for « Non Conforme »; those of any piece of the exam without a code."""
        name = f"{exam} {piece_code or ''}"
        reasons = self._reasons.get(name)
        if reasons is None:
            params = {"exam": exam, **({"piece": piece_code} if piece_code else {})}
            reasons = tuple(self._http.get("/v1/staff/refusal-reasons", params=params, token=token)["reasons"])
            self._reasons.put(name, reasons)
        return reasons
