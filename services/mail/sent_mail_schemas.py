"""How a candidate's sent mails travel, from each service that keeps some."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.mail.sent_mails import KEPT, Place, State

LARGEST_PAGE = 50
_LONGEST_PLACE = 120


class PlaceField(fields.Field[Place | None]):
    """`place` of the last mail of the page before."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Place:
        try:
            return Place.read(str(value)[:_LONGEST_PLACE])
        except ValueError as error:
            raise ValidationError("L'indication de page n'est pas reconnue.") from error


class SentMailsQuery(Schema):
    after = PlaceField(load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=LARGEST_PAGE))


class SentMail(Schema):
    subject = fields.String()
    text = fields.String(metadata={"description": "Sans les liens qui permettent d'agir"})
    at = fields.AwareDateTime()
    address = fields.String()
    state = fields.String(metadata={"enum": [state.value for state in State]})
    place = fields.String()


class SentMailsPage(Schema):
    mails = fields.List(fields.Nested(SentMail))
    kept_days = fields.Constant(KEPT.days)
