"""Client of documents: what was published for each candidature, as PDF and as HTML page."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.candidature_labels import CandidatureLabels
from services.chassis.http.client import path
from services.chassis.http.connections import Answer

RENDERING_SECONDS = 60.0  # for a document that is rendered on demand


@dataclass(frozen=True)
class CandidatureTile(CandidatureLabels):
    """`ecartee`: set aside by its service gestionnaire; its documents stay readable."""

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
class UnreadDocument:
    """A document that a gestionnaire published and the candidate has not opened yet."""

    id: str
    candidature_id: str
    label: str
    published_at: str


class Documents:
    """Methods take the candidate's access token; files come as streamed answers."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def candidatures(self, token: str) -> tuple[CandidatureTile, ...]:
        tiles = self._http.get("/v1/candidatures", token=token)["candidatures"]
        return tuple(parsed(CandidatureTile, item) for item in tiles)

    def documents(self, token: str, candidature_id: str) -> tuple[Document, ...]:
        listed = self._http.get(path("/v1/candidatures/{}/documents", candidature_id), token=token)["documents"]
        return tuple(parsed(Document, item) for item in listed)

    def unread_documents(self, token: str) -> tuple[UnreadDocument, ...]:
        """Of every candidature, newest first."""
        return tuple(
            parsed(UnreadDocument, item) for item in self._http.get("/v1/documents/to-read", token=token)["documents"]
        )

    def mark_opened(self, token: str, document_id: str) -> None:
        """The candidate has opened the document."""
        self._http.post(path("/v1/documents/{}/opening", document_id), json={}, token=token)

    def file(self, token: str, document_id: str, *, save: bool) -> Answer:
        return self._file(path("/v1/documents/{}/file", document_id), token, save=str(save).lower())

    def html_page(self, token: str, document_id: str) -> Answer:
        return self._file(path("/v1/documents/{}/html", document_id), token)

    def confirmation(self, token: str, candidature_id: str) -> Answer:
        """The newest version, rendered on demand where it is not there yet."""
        return self._file(path("/v1/candidatures/{}/confirmation", candidature_id), token, version="current")

    def filled_form(self, token: str, candidature_id: str, code: str) -> Answer:
        return self._file(path("/v1/candidatures/{}/forms/{}", candidature_id, code), token)

    def _file(self, address: str, token: str, **params: str) -> Answer:
        answer: Answer = self._http.send(
            "GET", address, token=token, params=params, seconds=RENDERING_SECONDS, stream=True
        )
        return answer
