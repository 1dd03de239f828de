"""Client of registrations for the catalogue: what is in force, an archive compared with it, an archive loaded."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.base import ServiceClient, parsed
from services.chassis.errors import DomainError

READ_SECONDS = 60.0  # thousands of lines of YAML, and a count of whom they concern


@dataclass(frozen=True)
class ExamInForce:
    code: str
    label: str
    sessions: tuple[str, ...]
    loaded_at: str
    loaded_by_staff: bool


@dataclass(frozen=True)
class ConcernedSession:
    label: str
    drafts: int
    candidatures: int


@dataclass(frozen=True)
class ComparedExam:
    """`changes`: how many; `lines`: the first of them."""

    code: str
    label: str
    is_new: bool
    changes: int
    lines: tuple[str, ...]
    sessions: tuple[ConcernedSession, ...]


@dataclass(frozen=True)
class CatalogueComparison:
    """`left`: exams in force that the archive does not have."""

    etag: str
    exams: tuple[ComparedExam, ...]
    left: tuple[str, ...]
    new_etablissements: int
    changed_etablissements: int

    @property
    def changes_nothing(self) -> bool:
        is_same = not any(exam.changes for exam in self.exams)
        return is_same and not self.new_etablissements and not self.changed_etablissements


@dataclass(frozen=True)
class Mistake:
    file: str
    line: int
    text: str


class CatalogueClient:
    """Methods take the access token of an administrator's session. `archive`: a ZIP archive in base64url."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def in_force(self, token: str) -> tuple[ExamInForce, ...]:
        answer = self._http.get("/v1/staff/catalogues", token=token)
        return tuple(parsed(ExamInForce, item) for item in answer["exams"])

    def compare(self, token: str, archive: str) -> CatalogueComparison:
        body = {"archive": archive}
        answer = self._http.post("/v1/staff/catalogues/comparison", json=body, token=token, seconds=READ_SECONDS)
        return parsed(CatalogueComparison, answer)

    def load(self, token: str, archive: str, etag: str) -> None:
        """`etag`: of the comparison that was read."""
        body = {"archive": archive, "etag": etag}
        self._http.post("/v1/staff/catalogues", json=body, token=token, seconds=READ_SECONDS)


def mistakes_of(refusal: DomainError) -> tuple[Mistake, ...]:
    """The mistakes of a refused catalogue, by file and line; none where it was refused for another reason."""
    return tuple(parsed(Mistake, item) for item in refusal.extra.get("mistakes", ()))
