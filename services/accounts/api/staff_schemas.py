"""Shapes of what administrateurs ask and are shown about staff."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.accounts.domain.staff import REASON_LENGTHS
from services.accounts.queries.staff import PAGE


class Paging(Schema):
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, PAGE))
    cursor = fields.String(
        load_default="",
        validate=validate.Length(max=32),
        metadata={"description": "next_cursor de la page précédente"},
    )


class Reason(Schema):
    reason = fields.String(required=True, validate=validate.Length(*REASON_LENGTHS))


class Member(Schema):
    """`second_factor`: whether a key in force opens it; else `renew-staff` gives another."""

    id = fields.String(required=True)
    email = fields.String(required=True)
    nom = fields.String(required=True)
    prenoms = fields.String(required=True)
    role = fields.String(required=True)
    academies = fields.List(fields.String(), allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    last_login_at = fields.AwareDateTime(allow_none=True)
    disabled_at = fields.AwareDateTime(allow_none=True)
    second_factor = fields.Boolean(required=True)


class StaffPage(Schema):
    items = fields.List(fields.Nested(Member), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Token(Schema):
    """`last_used_at` is to the hour."""

    id = fields.String(required=True)
    staff_id = fields.String(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(allow_none=True)
    expires_at = fields.AwareDateTime(required=True)
    revoked_at = fields.AwareDateTime(allow_none=True)


class TokenPage(Schema):
    items = fields.List(fields.Nested(Token), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
