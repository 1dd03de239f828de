"""Schemas of the openings' questions and answers, and of the home page's messages."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.registrations.api.schemas import Text
from services.registrations.domain.opening_selection import Purpose
from services.registrations.domain.severities import SEVERITIES
from services.registrations.domain.windows import State


class ChoicesQuery(Schema):
    purpose = fields.String(
        load_default=Purpose.CONSULT.value, validate=validate.OneOf([purpose.value for purpose in Purpose])
    )
    domaine = Text(load_default=None)
    exam = Text(load_default=None)
    session = Text(load_default=None)
    academie = Text(load_default=None)


class ChosenStep(Schema):
    name = fields.String()
    label = fields.String()
    value = fields.String()
    value_label = fields.String()


class Choice(Schema):
    value = fields.String()
    label = fields.String()
    hint = fields.String(allow_none=True, metadata={"description": "the départements of an académie"})


class NextStep(Schema):
    name = fields.String()
    question = fields.String()
    choices = fields.List(fields.Nested(Choice))


class OpeningInformation(Schema):
    opening_id = fields.String()
    state = fields.String(metadata={"enum": [state.value for state in State]})
    sentence = fields.String()
    opens = fields.AwareDateTime()
    closes = fields.AwareDateTime()
    residence_notice = fields.String()


class Selection(Schema):
    steps = fields.List(fields.Nested(ChosenStep))
    next = fields.Nested(NextStep, allow_none=True)
    information = fields.Nested(OpeningInformation, allow_none=True)
    empty_message = fields.String(allow_none=True)


class HomeMessage(Schema):
    id = fields.String()
    title = fields.String()
    text = fields.String()
    severity = fields.String(metadata={"enum": list(SEVERITIES)})
