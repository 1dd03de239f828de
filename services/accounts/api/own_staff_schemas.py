"""Shapes of what members of staff ask and are shown about their own account and their invitation."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.accounts.api.schemas import PASSWORD, LinkState, TokenOnly
from services.accounts.api.staff_schemas import CODE, PROPOSAL
from services.accounts.domain.staff import TOKEN_NAME_LENGTH
from services.contracts.account_rules import LONGEST_TOKEN_DAYS, MAX_TOKEN_LENGTH

OPTIONAL_PASSWORD: dict[str, Any] = {"load_default": "", "validate": PASSWORD["validate"]}


class OwnAccount(Schema):
    """`scopes`: what tokens of one's own may do at most."""

    email = fields.String(required=True)
    nom = fields.String(required=True)
    prenoms = fields.String(required=True)
    role = fields.String(required=True)
    academies = fields.List(fields.String(), allow_none=True)
    scopes = fields.List(fields.String(), required=True)
    recovery_codes_left = fields.Integer(required=True)
    password_hint = fields.String(required=True)


class NewStaffPassword(Schema):
    current_password = fields.String(**OPTIONAL_PASSWORD)
    password = fields.String(**OPTIONAL_PASSWORD)
    password_confirmation = fields.String(**OPTIONAL_PASSWORD)
    code = fields.String(**CODE)


class NewSession(Schema):
    """Every other session has ended."""

    session = fields.String(required=True)


class RecoveryCodes(Schema):
    """Shown once."""

    recovery_codes = fields.List(fields.String(), required=True)


class Proposal(Schema):
    """`secret` in Base32, `uri` as applications scan it; `sealed` is sent back with the code that confirms it."""

    secret = fields.String(required=True)
    uri = fields.String(required=True)
    sealed = fields.String(required=True)


class SealedOnly(Schema):
    proposal = fields.String(**PROPOSAL)


class MaybeProposal(Schema):
    """None where what was sent is no longer valid."""

    proposal = fields.Nested(Proposal, required=True, allow_none=True)


class FactorRenewal(SealedOnly):
    code = fields.String(**CODE)


class NewToken(Schema):
    name = fields.String(load_default="", validate=validate.Length(max=TOKEN_NAME_LENGTH))
    scopes = fields.List(fields.String(validate=validate.Length(max=64)), load_default=[])
    days = fields.Integer(required=True, validate=validate.Range(1, LONGEST_TOKEN_DAYS))
    code = fields.String(**CODE)


class CreatedToken(Schema):
    """`token` is shown once."""

    id = fields.String(required=True)
    token = fields.String(required=True)


class InvitationToken(TokenOnly):
    """`proposal`: of a second factor that the page has shown already, if any."""

    proposal = fields.String(**PROPOSAL)


class Invited(Schema):
    email = fields.String(required=True)
    nom = fields.String(required=True)
    prenoms = fields.String(required=True)
    role = fields.String(required=True)
    password_hint = fields.String(required=True)


class InvitationState(LinkState):
    """`invited` and `proposal` are there for a usable link alone."""

    invited = fields.Nested(Invited, allow_none=True)
    proposal = fields.Nested(Proposal, allow_none=True)


class InvitationAnswer(FactorRenewal):
    token = fields.String(required=True, validate=validate.Length(max=MAX_TOKEN_LENGTH))
    password = fields.String(**OPTIONAL_PASSWORD)
    password_confirmation = fields.String(**OPTIONAL_PASSWORD)


class SetUp(NewSession, RecoveryCodes):
    """The account is ready, and its owner logged in."""
