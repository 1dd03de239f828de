"""Client of the services' audit trails, and of accounts for the names of who acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.file_streaming import EXPORT_SECONDS
from services.chassis.http.connections import Answer
from services.contracts.api.team import Member, list_members


@dataclass(frozen=True)
class AuditEntry:
    """`at`: ISO 8601; `subject`: an id; `before` and `after`: what changed, as the service noted it; `address`: the IP
    address from which a member of staff acted."""

    id: int
    at: str
    actor_kind: str
    actor_id: str
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    address: str | None = None


@dataclass(frozen=True)
class AuditPage:
    entries: tuple[AuditEntry, ...]
    next_before: int | None


class JournalClient:
    """Methods take the access token of an administrator."""

    def __init__(self, services: Mapping[str, ServiceClient]) -> None:
        self._services = services

    def entries(self, token: str, service: str, filters: Mapping[str, str]) -> AuditPage:
        """The newest first. `filters`: actor, subject, action, since, until, everybody, before, limit."""
        return parsed(AuditPage, self._services[service].get("/v1/audit", params=dict(filters), token=token))

    def export(self, token: str, service: str, filters: Mapping[str, str]) -> Answer:
        """As CSV, streamed, the oldest first."""
        answer: Answer = self._services[service].send(
            "GET", "/v1/audit.csv", token=token, params=dict(filters), seconds=EXPORT_SECONDS, stream=True
        )
        return answer

    def staff(self, token: str) -> tuple[Member, ...]:
        """Everybody who has or had an account of staff."""
        members: list[Member] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self._services["accounts"].call(list_members, token, query={"cursor": cursor})
            members += page.items
            cursor = page.next_cursor
        return tuple(members)
