"""The API of registrations for staff and their tools: candidatures found, read with all versions, ended."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType
from typing import Annotated

from marshmallow import Schema, fields, validate
from msgspec import Meta

from services.contracts import problem_types
from services.contracts.api.fields import Text
from services.contracts.api.mails import STATES
from services.contracts.api.operation import CSV, EXPORT_SECONDS, Instant, Operation, staff
from services.contracts.page_sizes import LARGEST_PAGE, USUAL_PAGE
from services.contracts.registration_codes import ACTIVE, BY_ID, CANDIDATURE_STATES, LIST_ORDERS
from services.contracts.registration_lengths import CODE, NOTE, REASON
from services.contracts.registrations import Recap

TITLE = "Candidatures"


class Filters(Schema):
    exam = Text(load_default=None)
    session = Text(load_default=None)
    academie = Text(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(CANDIDATURE_STATES))
    text = Text(
        load_default=None, metadata={"description": "N° candidat, adresse mail entière, ou mots (ou parties) du nom"}
    )
    birth_date = fields.Date(load_default=None, metadata={"description": "Date de naissance du candidat"})


class EpreuveFilters(Filters):
    state = fields.String(load_default=ACTIVE, validate=validate.OneOf(CANDIDATURE_STATES))


class Page(Filters):
    limit = fields.Integer(load_default=USUAL_PAGE, validate=validate.Range(min=1, max=LARGEST_PAGE))
    cursor = Text(32, load_default=None)
    order = fields.String(
        load_default=BY_ID,
        validate=validate.OneOf(LIST_ORDERS),
        metadata={"description": "« name » : comme une liste se lit ; « id » : pour un outil qui parcourt tout"},
    )


class NewNote(Schema):
    text = Text(NOTE, required=True)


class RefusalReasonsQuery(Schema):
    exam = Text(CODE, required=True)
    piece = Text(CODE, load_default=None, metadata={"description": "Code de la pièce ; sans lui, de toute pièce"})


class Reason(Schema):
    reason = Text(REASON, required=True)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A candidature of a list."""

    id: Annotated[str, Meta(examples=["2f012ffc31d34e7b9a0c1d2e3f4a5b6c"])]
    candidate_id: Annotated[str, Meta(examples=["8c5d0e7f6a1b4c2d9e3f0a1b2c3d4e5f"])]
    numero_candidat: Annotated[str | None, Meta(examples=["02103000001"])]
    numero_inscription: Annotated[str, Meta(examples=["001"])]
    name: Annotated[str, Meta(examples=["DUBOIS Pierre"])]
    exam: Annotated[str, Meta(examples=["BTS"])]
    session: Annotated[str, Meta(examples=["2022"])]
    academie: Annotated[str, Meta(examples=["03"])]
    specialite_code: Annotated[str | None, Meta(examples=["31310"])]
    specialite: Annotated[str | None, Meta(examples=["Banque - conseiller de clientèle"])]
    state: Annotated[str, Meta(extra_json_schema={"enum": list(CANDIDATURE_STATES)})]
    version: int
    saved_at: Instant


@dataclass(frozen=True, kw_only=True)
class Found:
    candidatures: tuple[Row, ...]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """A difference from the version before; `before` is empty for a new line, `after` for a removed one."""

    section: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Version:
    version: int
    saved_at: Instant
    saved_by: str
    reason: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class MailsRefused:
    """No mail goes out to the candidate's address: `code` is the mail server's answer (5xx)."""

    code: int
    since: Instant


@dataclass(frozen=True, kw_only=True)
class MailToCandidate:
    """A mail to the candidate, without its text. `state`: waiting, taken (by the mail server) or refused."""

    subject: str
    at: Instant
    state: Annotated[str, Meta(extra_json_schema={"enum": list(STATES)})]


@dataclass(frozen=True, kw_only=True)
class Note:
    staff_id: str
    text: str
    at: Instant


@dataclass(frozen=True, kw_only=True)
class Detail(Row):
    """A candidature with all that is known of it."""

    recap: Recap
    versions: tuple[Version, ...]
    mails: Annotated[tuple[MailToCandidate, ...], Meta(description="Du service des inscriptions, récents d'abord")]
    notes: Annotated[tuple[Note, ...], Meta(description="Entre gestionnaires, récentes d'abord")]
    mails_refused: MailsRefused | None


@dataclass(frozen=True, kw_only=True)
class RefusalReasons:
    reasons: tuple[str, ...]


_READ, _MANAGE = (staff("candidatures:read"),), (staff("candidatures:manage"),)
_CANDIDATURE = "/v1/staff/candidatures/<candidature_id>"

list_candidatures = Operation(
    "GET",
    "/v1/staff/candidatures",
    Found,
    "A page of candidatures; `next_cursor` is null on the last one.",
    _READ,
    query=Page,
    problems=(problem_types.NOT_FOUND,),
)
export_candidatures = Operation(
    "GET",
    "/v1/staff/candidatures.csv",
    bytes,
    "All of them as CSV, streamed; that they were taken out is in the audit trail.",
    _READ,
    query=Filters,
    media_type=CSV,
    answer_words="Une ligne par candidature",
    seconds=EXPORT_SECONDS,
)
export_epreuves = Operation(
    "GET",
    "/v1/staff/epreuves.csv",
    bytes,
    "What organising an exam needs: one line for each candidate and épreuve, streamed; in the audit trail as well.",
    _READ,
    query=EpreuveFilters,
    media_type=CSV,
    answer_words="Une ligne par candidat et épreuve",
    seconds=EXPORT_SECONDS,
)
read_candidature = Operation(
    "GET",
    _CANDIDATURE,
    Detail,
    "A candidature with all versions and what changed in each; that it was opened is in the audit trail.",
    _READ,
)
write_note = Operation(
    "POST",
    f"{_CANDIDATURE}/notes",
    NoneType,
    "Keep a note for the other gestionnaires of the académie; the candidate does not see it.",
    _MANAGE,
    body=NewNote,
)
list_refusal_reasons = Operation(
    "GET",
    "/v1/staff/refusal-reasons",
    RefusalReasons,
    "What a gestionnaire may choose for « Non Conforme », as the catalogue says: the piece's own reasons first.",
    (staff("pieces:read"),),
    query=RefusalReasonsQuery,
    problems=(problem_types.NOT_FOUND,),
)
end_candidature = Operation(
    "POST",
    f"{_CANDIDATURE}/<how>",
    NoneType,
    "« withdrawal » on the candidate's request, or « ecart »; the candidate is told by mail of a withdrawal.",
    _MANAGE,
    body=Reason,
    example={"reason": "Le diplôme requis n'est pas justifié."},
    problems=(problem_types.CONFLICT,),
)
