"""documents as the pages see it: what was published for each candidature, as PDF and as a page."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.base import ServiceClient, shaped
from services.chassis.http.client import path
from services.chassis.http.connections import Answer

RENDERING_SECONDS = 60.0  # a document made on the spot


@dataclass(frozen=True)
class CandidatureTile:
    """`ecartee`: its service gestionnaire set it aside; what there is of it stays readable."""

    id: str
    exam_label: str
    session_label: str
    academie_label: str
    specialite: str | None
    numero_inscription: str
    ecartee: bool = False


@dataclass(frozen=True)
class Document:
    """`size` in bytes of the PDF; `published_at` ISO 8601."""

    id: str
    type: str
    type_label: str
    label: str
    version: int
    published_at: str
    size: int


@dataclass(frozen=True)
class ToRead:
    """A document that a gestionnaire published and its owner has not opened."""

    id: str
    candidature_id: str
    label: str
    published_at: str


class Documents:
    """Methods take the candidate's access token; files come as streamed answers."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def candidatures(self, token: str) -> tuple[CandidatureTile, ...]:
        found = self._http.get("/v1/candidatures", token=token)["candidatures"]
        return tuple(shaped(CandidatureTile, item) for item in found)

    def documents(self, token: str, candidature_id: str) -> tuple[Document, ...]:
        found = self._http.get(path("/v1/candidatures/{}/documents", candidature_id), token=token)["documents"]
        return tuple(shaped(Document, item) for item in found)

    def to_read(self, token: str) -> tuple[ToRead, ...]:
        """Of every candidature, newest first."""
        return tuple(shaped(ToRead, item) for item in self._http.get("/v1/documents/to-read", token=token)["documents"])

    def opened(self, token: str, document_id: str) -> None:
        """Its owner has it before him."""
        self._http.post(path("/v1/documents/{}/opening", document_id), json={}, token=token)

    def file(self, token: str, document_id: str, *, save: bool) -> Answer:
        return self._file(path("/v1/documents/{}/file", document_id), token, save=str(save).lower())

    def html(self, token: str, document_id: str) -> Answer:
        return self._file(path("/v1/documents/{}/html", document_id), token)

    def confirmation(self, token: str, candidature_id: str) -> Answer:
        """The newest version, made at once where it is not there yet."""
        return self._file(path("/v1/candidatures/{}/confirmation", candidature_id), token, version="current")

    def form(self, token: str, candidature_id: str, code: str) -> Answer:
        return self._file(path("/v1/candidatures/{}/forms/{}", candidature_id, code), token)

    def _file(self, address: str, token: str, **params: str) -> Answer:
        answer: Answer = self._http.call(
            "GET", address, token=token, params=params, seconds=RENDERING_SECONDS, stream=True
        )
        return answer
