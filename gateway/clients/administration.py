"""Client of registrations for administrators: dates of openings, messages of the home page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.clients.base import ServiceClient, parsed
from services.chassis.http.client import path


@dataclass(frozen=True)
class OpeningRow:
    """Instants are ISO 8601; `closes` and `deposit_closes` are exclusive ends."""

    id: str
    exam_label: str
    session_label: str
    academie_label: str
    opens: str
    closes: str
    deposit_opens: str
    deposit_closes: str
    state: str
    moved: bool
    revision: int


@dataclass(frozen=True)
class OpeningChange:
    opens: str
    closes: str
    deposit_opens: str
    deposit_closes: str
    reason: str
    changed_at: str


@dataclass(frozen=True)
class OpeningDetail(OpeningRow):
    """`drafts` and `candidatures`: how many a change of the dates concerns."""

    drafts: int
    candidatures: int
    changes: tuple[OpeningChange, ...]


@dataclass(frozen=True)
class PublishedMessage:
    id: str
    title: str
    text: str
    severity: str
    shown_from: str
    shown_until: str


class AdministrationClient:
    """Methods take the access token of an administrator."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def openings(self, token: str) -> tuple[OpeningRow, ...]:
        answer = self._http.get("/v1/staff/openings", token=token)
        return tuple(parsed(OpeningRow, item) for item in answer["openings"])

    def opening(self, token: str, opening_id: str) -> OpeningDetail:
        return parsed(OpeningDetail, self._http.get(path("/v1/staff/openings/{}", opening_id), token=token))

    def change_dates(self, token: str, opening_id: str, change: Mapping[str, str | int | None]) -> None:
        """`change`: revision, reason and dates (ISO 8601); a date that is None or left out stays as it is."""
        self._http.post(path("/v1/staff/openings/{}/dates", opening_id), json=dict(change), token=token)

    def messages(self, token: str) -> tuple[PublishedMessage, ...]:
        answer = self._http.get("/v1/staff/messages", token=token)
        return tuple(parsed(PublishedMessage, item) for item in answer["messages"])

    def publish_message(self, token: str, message: Mapping[str, str]) -> None:
        """`message`: title, text, severity, shown_from, shown_until (ISO 8601)."""
        self._http.post("/v1/staff/messages", json=dict(message), token=token)

    def withdraw_message(self, token: str, message_id: str) -> None:
        self._http.send("DELETE", path("/v1/staff/messages/{}", message_id), token=token)
