"""Client of documents for gestionnaires: what is published for many candidates, from the file to the withdrawal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

from gateway.clients.base import ServiceClient, parsed
from services.chassis.http.client import path
from services.chassis.http.connections import Answer

CHECK_SECONDS = 120.0  # MAX_LINES lines, or hundreds of PDFs
PREVIEW_SECONDS = 60.0


@dataclass(frozen=True)
class Column:
    label: str
    hint: str
    required: bool


@dataclass(frozen=True)
class DocumentTypeChoice:
    """`columns`: of its CSV; none where it is published in PDF only. `exam`: the only one that has this type; None for
    the types of every exam."""

    type: str
    label: str
    columns: tuple[Column, ...]
    exam: str | None


@dataclass(frozen=True)
class Academie:
    code: str
    label: str


@dataclass(frozen=True)
class SessionChoice:
    session: str
    exam: str

    @property
    def label(self) -> str:
        return f"{self.session} - {self.exam}"


@dataclass(frozen=True)
class ImportForm:
    types: tuple[DocumentTypeChoice, ...]
    academies: tuple[Academie, ...]
    sessions: tuple[SessionChoice, ...]


@dataclass(frozen=True)
class Import:
    """`revision` grows with each file; `ready` and the other numbers count documents, `refused` lines or files."""

    id: str
    type: str
    type_label: str
    source: str
    source_label: str
    academie_label: str
    exam: str
    session: str
    title: str
    paragraphs: tuple[str, ...]
    state: str
    state_label: str
    revision: int
    filename: str | None
    unused_columns: tuple[str, ...]
    ready: int
    refused: int
    published: int
    failed: int
    withdrawn: int
    created_at: str
    publication_at: str | None
    ended_at: str | None
    withdrawal_reason: str | None


@dataclass(frozen=True)
class ImportPage:
    items: tuple[Import, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class Refusal:
    place: str
    numero_candidat: str
    reason: str


@dataclass(frozen=True)
class RefusalPage:
    items: tuple[Refusal, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class ImportDocument:
    id: str
    numero_candidat: str
    state: str
    state_label: str
    reason: str | None
    filename: str | None


@dataclass(frozen=True)
class ImportDocumentPage:
    items: tuple[ImportDocument, ...]
    next_cursor: str | None


class StaffImportsClient:
    """Methods take the access token of the member of staff, whose académies bound what they see and do."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def form(self, token: str) -> ImportForm:
        return parsed(ImportForm, self._http.get("/v1/import-form", token=token))

    def model(self, token: str, type: str) -> Answer:
        return self._stream(path("/v1/import-models/{}", type), token)

    def imports(self, token: str, *, academie: str | None = None, cursor: str | None = None) -> ImportPage:
        params = {"academie": academie, "cursor": cursor}
        return parsed(ImportPage, self._http.get("/v1/imports", params=params, token=token))

    def publish_document(self, token: str, order_key: str, order: Mapping[str, str | Sequence[str]]) -> None:
        """`order`: type, title, paragraphs, candidatures. Given again with the same key it is carried out once."""
        headers = {"Idempotency-Key": order_key}
        self._http.send("POST", "/v1/publications", json=dict(order), headers=headers, token=token)

    def create(self, token: str, order_key: str, new: Mapping[str, str | Sequence[str]]) -> Import:
        """`new`: type, source, academie, session, exam, title, paragraphs. Given again with the same key it makes no
        second import."""
        headers = {"Idempotency-Key": order_key}
        return parsed(Import, self._http.post("/v1/imports", json=dict(new), headers=headers, token=token))

    def read(self, token: str, import_id: str) -> Import:
        return parsed(Import, self._http.get(path("/v1/imports/{}", import_id), token=token))

    def send_file(self, token: str, import_id: str, source: str, name: str, content: BinaryIO, length: int) -> Import:
        """`source`: « csv » replaces the file sent before, « pdf » adds a PDF or an archive."""
        address = path("/v1/imports/{}/", import_id) + ("csv" if source == "csv" else "pdfs")
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Length": str(length),
        }
        answer = self._http.send("PUT", address, token=token, data=content, headers=headers, seconds=CHECK_SECONDS)
        return parsed(Import, answer.json())

    def refusals(self, token: str, import_id: str, cursor: str | None) -> RefusalPage:
        address = path("/v1/imports/{}/refusals", import_id)
        return parsed(RefusalPage, self._http.get(address, params={"cursor": cursor}, token=token))

    def documents(self, token: str, import_id: str, cursor: str | None) -> ImportDocumentPage:
        address = path("/v1/imports/{}/documents", import_id)
        return parsed(ImportDocumentPage, self._http.get(address, params={"cursor": cursor}, token=token))

    def documents_of_numero(self, token: str, import_id: str, numero_candidat: str) -> ImportDocumentPage:
        """Those of one N° candidat, of eleven digits."""
        address, body = path("/v1/imports/{}/documents/search", import_id), {"numero_candidat": numero_candidat}
        return parsed(ImportDocumentPage, self._http.ask(address, json=body, token=token))

    def preview(self, token: str, import_id: str, document_id: str | None) -> Answer:
        """Of that document, or of the first one."""
        return self._stream(path("/v1/imports/{}/preview", import_id), token, document=document_id)

    def publish(self, token: str, import_id: str, revision: int) -> Import:
        """Refused where another file was sent since that revision."""
        return self._act(token, import_id, "publication", {"revision": revision})

    def abandon(self, token: str, import_id: str) -> Import:
        return self._act(token, import_id, "abandonment", {})

    def withdraw(self, token: str, import_id: str, reason: str) -> Import:
        return self._act(token, import_id, "withdrawal", {"reason": reason})

    def withdraw_document(self, token: str, document_id: str, reason: str) -> None:
        address = path("/v1/published-documents/{}/withdrawal", document_id)
        self._http.post(address, json={"reason": reason}, token=token)

    def _act(self, token: str, import_id: str, act: str, body: dict[str, Any]) -> Import:
        return parsed(Import, self._http.post(path("/v1/imports/{}/", import_id) + act, json=body, token=token))

    def _stream(self, address: str, token: str, **params: str | None) -> Answer:
        answer: Answer = self._http.send(
            "GET", address, token=token, params=params, seconds=PREVIEW_SECONDS, stream=True
        )
        return answer
