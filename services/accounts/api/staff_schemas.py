"""Shapes of what administrateurs ask and are shown about staff."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate
from webargs.fields import DelimitedList

from services.accounts.api.schemas import Option
from services.accounts.domain.staff import REASON_LENGTHS, MemberState
from services.accounts.queries.staff import PAGE
from services.contracts.account_rules import MAX_CODE_LENGTH


class Paging(Schema):
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, PAGE))
    cursor = fields.String(
        load_default="",
        validate=validate.Length(max=32),
        metadata={"description": "next_cursor de la page précédente"},
    )


_REASON_ASKED = "Saisissez un motif, de {min} à {max} caractères."


class Reason(Schema):
    reason = fields.String(required=True, validate=validate.Length(*REASON_LENGTHS, error=_REASON_ASKED))


CODE: dict[str, Any] = {
    "load_default": "",
    "validate": validate.Length(max=MAX_CODE_LENGTH),
    "metadata": {"description": "Code du second facteur, ou code de secours : chacun sert une fois"},
}
PROPOSAL: dict[str, Any] = {"load_default": "", "validate": validate.Length(max=1000)}


class CodeOnly(Schema):
    code = fields.String(**CODE)


class ReasonWithCode(Reason):
    code = fields.String(**CODE)


class Invitation(Schema):
    """`academies`: codes, of a gestionnaire alone. Checked together, so that every mistake is reported at once."""

    email = fields.String(load_default="", validate=validate.Length(max=320))
    nom = fields.String(load_default="", validate=validate.Length(max=500))
    prenoms = fields.String(load_default="", validate=validate.Length(max=500))
    role = fields.String(load_default="", validate=validate.Length(max=32))
    academies = fields.List(fields.String(validate=validate.Length(max=3)), load_default=[])
    code = fields.String(**CODE)


class CreatedMember(Schema):
    id = fields.String(required=True)


class Academies(Schema):
    academies = fields.List(fields.Nested(Option), required=True)


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
    invited_at = fields.AwareDateTime(allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in MemberState]))
    second_factor = fields.Boolean(required=True)


class NamesQuery(Schema):
    ids = DelimitedList(
        fields.String(validate=validate.Length(max=32)),
        required=True,
        validate=validate.Length(1, PAGE),
        metadata={"description": "Identifiants, séparés par des virgules"},
    )


class StaffName(Schema):
    id = fields.String(required=True)
    nom = fields.String(required=True)
    prenoms = fields.String(required=True)


class StaffNames(Schema):
    items = fields.List(fields.Nested(StaffName), required=True)


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
