"""Client of documents for gestionnaires: the documents of one candidature, and their files."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.documents import RENDERING_SECONDS, Document
from services.chassis.http.client import path
from services.chassis.http.connections import Answer


@dataclass(frozen=True)
class StaffDocument(Document):
    """`withdrawn_at` (ISO 8601): since when the candidate sees it no more, None while it is published."""

    withdrawn_at: str | None
    withdrawal_reason: str | None


class StaffDocumentsClient:
    """Methods take the access token of the member of staff, whose académies bound what they see."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def documents(self, token: str, candidature_id: str) -> tuple[StaffDocument, ...]:
        """Withdrawn ones too, the newest first."""
        address = path("/v1/staff/candidatures/{}/documents", candidature_id)
        return parsed(tuple[StaffDocument, ...], self._http.get(address, token=token)["documents"])

    def file(self, token: str, document_id: str) -> Answer:
        """The PDF, streamed; that it was opened is in the audit trail."""
        address = path("/v1/staff/documents/{}/file", document_id)
        answer: Answer = self._http.send("GET", address, token=token, seconds=RENDERING_SECONDS, stream=True)
        return answer
