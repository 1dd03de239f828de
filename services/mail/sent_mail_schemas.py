"""Schemas of the API that lists a person's sent mails, the same for each service that sends some."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.mail.sent_mails import RETENTION, PagePosition, State

MAX_LIMIT = 50
_MAX_POSITION_LENGTH = 120


class PagePositionField(fields.Field[PagePosition | None]):
    """The `place` of the last mail of the page before."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> PagePosition:
        try:
            return PagePosition.parse(str(value)[:_MAX_POSITION_LENGTH])
        except ValueError as error:
            raise ValidationError("L'indication de page n'est pas reconnue.") from error


class SentMailsQuery(Schema):
    after = PagePositionField(load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=MAX_LIMIT))


class SentMail(Schema):
    subject = fields.String()
    text = fields.String(metadata={"description": "Sans les liens qui permettent d'agir"})
    at = fields.AwareDateTime()
    address = fields.String()
    state = fields.String(metadata={"enum": [state.value for state in State]})
    place = fields.String()


class SentMailsPage(Schema):
    mails = fields.List(fields.Nested(SentMail))
    kept_days = fields.Constant(RETENTION.days)
