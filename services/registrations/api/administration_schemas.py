"""Schemas of what administrators see and change: openings, messages of the home page."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.api.fields import InstantField
from services.registrations.api.schemas import Text
from services.registrations.domain.lengths import MESSAGE_TEXT, MESSAGE_TITLE, REASON
from services.registrations.domain.severities import SEVERITIES


class OpeningSummary(Schema):
    """`closes` and `deposit_closes` are exclusive ends."""

    id = fields.String()
    exam = fields.String()
    exam_label = fields.String()
    session = fields.String()
    session_label = fields.String()
    academie = fields.String()
    academie_label = fields.String()
    opens = fields.AwareDateTime()
    closes = fields.AwareDateTime()
    deposit_opens = fields.AwareDateTime()
    deposit_closes = fields.AwareDateTime()
    state = fields.String(metadata={"description": "open, not_yet, closed"})
    moved = fields.Boolean(metadata={"description": "Ces dates l'emportent sur celles du catalogue"})
    revision = fields.Integer(metadata={"description": "À renvoyer avec un changement de dates"})


class Openings(Schema):
    openings = fields.List(fields.Nested(OpeningSummary))


class OpeningChange(Schema):
    opens = fields.AwareDateTime()
    closes = fields.AwareDateTime()
    deposit_opens = fields.AwareDateTime()
    deposit_closes = fields.AwareDateTime()
    reason = fields.String()
    changed_by = fields.String()
    changed_at = fields.AwareDateTime()


class OpeningDetail(OpeningSummary):
    drafts = fields.Integer(metadata={"description": "Brouillons qui ne sont pas transmis"})
    candidatures = fields.Integer(metadata={"description": "Candidatures actives"})
    changes = fields.List(fields.Nested(OpeningChange))


class NewDates(Schema):
    """A date that is left out, or null, stays as it is."""

    opens = InstantField(load_default=None, allow_none=True)
    closes = InstantField(load_default=None, allow_none=True)
    deposit_opens = InstantField(load_default=None, allow_none=True)
    deposit_closes = InstantField(load_default=None, allow_none=True)
    revision = fields.Integer(required=True)
    reason = Text(REASON, required=True)


class NewMessage(Schema):
    title = Text(MESSAGE_TITLE, required=True)
    text = Text(MESSAGE_TEXT, required=True)
    severity = fields.String(required=True, validate=validate.OneOf(SEVERITIES))
    shown_from = InstantField(required=True)
    shown_until = InstantField(required=True)


class PublishedMessage(NewMessage):
    id = fields.String()


class Messages(Schema):
    messages = fields.List(fields.Nested(PublishedMessage))


class CreatedMessage(Schema):
    id = fields.String()
