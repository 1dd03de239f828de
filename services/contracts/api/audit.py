"""The audit trail of a service, for administrators and their tools: who did what to what, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow import Schema, fields, validate
from msgspec import Meta

from services.contracts.api.fields import InstantField
from services.contracts.api.operation import CSV, EXPORT_SECONDS, Instant, Operation, staff
from services.contracts.page_sizes import LARGEST_AUDIT_PAGE, USUAL_AUDIT_PAGE

TITLE = "Journal"
LONGEST_ID = 64  # characters, as the columns hold
_LARGEST_ENTRY_ID = 2**31 - 1


class AuditFilters(Schema):
    actor = fields.String(load_default=None, validate=validate.Length(max=LONGEST_ID))
    subject = fields.String(
        load_default=None,
        validate=validate.Length(max=LONGEST_ID),
        metadata={"description": "Identifiant : d'une candidature, d'une pièce, d'un compte …"},
    )
    action = fields.String(load_default=None, validate=validate.Length(max=LONGEST_ID))
    since = InstantField(load_default=None)
    until = InstantField(load_default=None, metadata={"description": "Exclu"})
    everybody = fields.Boolean(
        load_default=False, metadata={"description": "Aussi les actes des candidats et des services"}
    )


class AuditQuery(AuditFilters):
    limit = fields.Integer(load_default=USUAL_AUDIT_PAGE, validate=validate.Range(1, LARGEST_AUDIT_PAGE))
    before = fields.Integer(
        load_default=None,
        validate=validate.Range(1, _LARGEST_ENTRY_ID),
        metadata={"description": "next_before de la page précédente"},
    )


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    id: int
    at: Instant
    actor_kind: str
    actor_id: str
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    address: Annotated[str | None, Meta(description="Adresse IP d'où un gestionnaire a agi")]


@dataclass(frozen=True, kw_only=True)
class AuditEntries:
    entries: tuple[AuditEntry, ...]
    next_before: int | None


_READ = (staff("audit:read"),)
list_entries = Operation(
    "GET",
    "/v1/audit",
    AuditEntries,
    "Entries of this service, the newest first; `next_before` is null on the last page.",
    _READ,
    query=AuditQuery,
)
export_entries = Operation(
    "GET",
    "/v1/audit.csv",
    bytes,
    "Entries of this service as CSV, streamed, the oldest first; that they were taken out is one of them.",
    _READ,
    query=AuditFilters,
    media_type=CSV,
    answer_words="Une ligne par acte, heures de Paris",
    seconds=EXPORT_SECONDS,
)
