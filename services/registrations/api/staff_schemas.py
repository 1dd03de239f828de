"""Schemas of the API for staff's tools."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.page_sizes import LARGEST_PAGE, USUAL_PAGE
from services.registrations.api.form_schemas import Recap
from services.registrations.api.schemas import Text
from services.registrations.domain.lengths import CODE, NOTE, REASON
from services.registrations.models import ACTIVE, CANDIDATURE_STATES
from services.registrations.queries.staff_list import LIST_ORDERS


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
        load_default="id",
        validate=validate.OneOf(LIST_ORDERS),
        metadata={"description": "« name » : comme une liste se lit ; « id » : pour un outil qui parcourt tout"},
    )


class Row(Schema):
    id = fields.String()
    candidate_id = fields.String()
    numero_candidat = fields.String(allow_none=True)
    numero_inscription = fields.String()
    name = fields.String()
    exam = fields.String()
    session = fields.String()
    academie = fields.String()
    specialite_code = fields.String(allow_none=True)
    specialite = fields.String(allow_none=True)
    state = fields.String()
    version = fields.Integer()
    saved_at = fields.AwareDateTime()


class Found(Schema):
    candidatures = fields.List(fields.Nested(Row))
    next_cursor = fields.String(allow_none=True)


class Change(Schema):
    section = fields.String()
    label = fields.String()
    before = fields.String()
    after = fields.String()


class Version(Schema):
    version = fields.Integer()
    saved_at = fields.AwareDateTime()
    saved_by = fields.String()
    reason = fields.String(allow_none=True)
    changes = fields.List(fields.Nested(Change))


class MailsRefused(Schema):
    """No mail goes out to the candidate's address: `code` is the mail server's answer (5xx)."""

    code = fields.Integer()
    since = fields.AwareDateTime()


class MailToCandidate(Schema):
    """A mail to the candidate, without its text. `state`: waiting, taken (by the mail server) or refused."""

    subject = fields.String()
    at = fields.AwareDateTime()
    state = fields.String()


class Note(Schema):
    staff_id = fields.String()
    text = fields.String()
    at = fields.AwareDateTime()


class NewNote(Schema):
    text = Text(NOTE, required=True)


class Detail(Row):
    recap = fields.Nested(Recap)
    versions = fields.List(fields.Nested(Version))
    mails = fields.List(
        fields.Nested(MailToCandidate), metadata={"description": "Du service des inscriptions, récents d'abord"}
    )
    notes = fields.List(fields.Nested(Note), metadata={"description": "Entre gestionnaires, récentes d'abord"})
    mails_refused = fields.Nested(MailsRefused, allow_none=True)


class RefusalReasonsQuery(Schema):
    exam = Text(CODE, required=True)
    piece = Text(CODE, load_default=None, metadata={"description": "Code de la pièce ; sans lui, de toute pièce"})


class RefusalReasons(Schema):
    reasons = fields.List(fields.String())


class Reason(Schema):
    reason = Text(REASON, required=True)


FOUND_EXAMPLE = {
    "candidatures": [
        {
            "id": "2f012ffc31d34e7b9a0c1d2e3f4a5b6c",
            "candidate_id": "8c5d0e7f6a1b4c2d9e3f0a1b2c3d4e5f",
            "numero_candidat": "02103000001",
            "numero_inscription": "001",
            "name": "DUBOIS Pierre",
            "exam": "BTS",
            "session": "2022",
            "academie": "03",
            "specialite_code": "31310",
            "specialite": "Banque - conseiller de clientèle",
            "state": "active",
            "version": 1,
            "saved_at": "2021-10-04T12:00:00+00:00",
        }
    ],
    "next_cursor": None,
}
REASON_EXAMPLE = {"reason": "Le diplôme requis n'est pas justifié."}
