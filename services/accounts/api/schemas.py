"""Shapes of requests and answers. Forms travel as JSON data: sections of fields, values as typed."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.accounts.domain.mail_link_rules import State
from services.accounts.domain.staff import REASON_LENGTHS
from services.contracts.account_rules import MAX_CODE_LENGTH, MAX_CREATION_LENGTH, MAX_TOKEN_LENGTH

TOKEN: dict[str, Any] = {"required": True, "validate": validate.Length(max=MAX_TOKEN_LENGTH)}
EMAIL: dict[str, Any] = {"required": True, "validate": validate.Length(max=320)}
PASSWORD: dict[str, Any] = {"required": True, "validate": validate.Length(max=1024)}


class Credentials(Schema):
    client_id = fields.String(required=True, validate=validate.Length(max=64))
    client_secret = fields.String(required=True, validate=validate.Length(max=512))


class AccessToken(Schema):
    access_token = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class Keys(Schema):
    """A JSON Web Key Set (RFC 7517)."""

    keys = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)


class Values(Schema):
    """`values`: each field's name with what was typed, as typed; a list for boxes."""

    values = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)


class Creation(Values):
    """`source`: the visitor's address, for turns at hashing."""

    source = fields.String(load_default="", validate=validate.Length(max=64))


class FormAnswer(Schema):
    sections = fields.List(fields.Dict(), required=True)


class EmailOnly(Schema):
    email = fields.String(**EMAIL)


CREATION: dict[str, Any] = {"validate": validate.Length(max=MAX_CREATION_LENGTH)}


class Created(EmailOnly):
    """`creation` names this creation when its mail is asked for again."""

    creation = fields.String(required=True, **CREATION)


class Resend(EmailOnly):
    creation = fields.String(load_default=None, allow_none=True, **CREATION)


class TokenOnly(Schema):
    token = fields.String(**TOKEN)


class LinkState(Schema):
    """`detail` says what to do with a link that is not usable."""

    state = fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    detail = fields.String(allow_none=True)


class Asked(Schema):
    """Who a creation says its owner is, and when it was asked for."""

    nom_famille = fields.String(required=True)
    prenoms = fields.String(required=True)
    date_naissance = fields.Date(required=True)
    at = fields.AwareDateTime(required=True)


class CreationState(LinkState):
    """`asked` is there for a usable link alone."""

    asked = fields.Nested(Asked, allow_none=True)


class Login(Schema):
    email = fields.String(**EMAIL)
    password = fields.String(**PASSWORD)
    device = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=MAX_TOKEN_LENGTH))
    source = fields.String(required=True, validate=validate.Length(max=64))
    code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=MAX_CODE_LENGTH))


class SessionOnly(Schema):
    session = fields.String(**TOKEN)


class Exchanged(AccessToken):
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    civilite = fields.String(allow_none=True)
    prenoms = fields.String(required=True)
    nom = fields.String(required=True)
    role = fields.String(allow_none=True)
    scopes = fields.List(fields.String())
    academies = fields.List(fields.String(), allow_none=True)
    identity = fields.String(allow_none=True)
    previous_login_at = fields.AwareDateTime(allow_none=True)
    idle_seconds_left = fields.Integer(required=True)


class Opened(Exchanged):
    session = fields.String(required=True)
    device = fields.String(required=True)


class NewPassword(TokenOnly):
    password = fields.String(**PASSWORD)
    password_confirmation = fields.String(**PASSWORD)


class CurrentPassword(Schema):
    current_password = fields.String(**PASSWORD)


class MeAnswer(Schema):
    email = fields.String(required=True)
    editable = fields.String(required=True, validate=validate.OneOf(["all", "contact_only"]))
    last_login_at = fields.AwareDateTime(allow_none=True)
    pending_email = fields.String(allow_none=True)
    form = fields.Nested(FormAnswer, required=True)


class AddressesAnswer(Schema):
    email = fields.String(required=True)
    pending_email = fields.String(required=True, allow_none=True)


class ChangeAnswer(Schema):
    email_change_pending = fields.Boolean(required=True)


class Assertion(Schema):
    assertion = fields.String(required=True)


class RefusedMails(Schema):
    """An address to which no mail goes out: `code` is the mail server's answer (5xx)."""

    address = fields.String(required=True)
    code = fields.Integer(required=True)
    since = fields.AwareDateTime(required=True)


class Candidate(Schema):
    """`values` are the civil status as its form holds it."""

    id = fields.String(required=True)
    email = fields.String(required=True)
    activated = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    refused_mails = fields.List(fields.Nested(RefusedMails), required=True)
    values = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class CandidateDetail(Candidate):
    form = fields.Dict(required=True, metadata={"description": "Of the civil status, to be corrected"})


class Candidates(Schema):
    candidates = fields.List(fields.Nested(Candidate), required=True)


class Correction(Values):
    """The whole civil status as it shall be; confirmations need not be sent."""

    reason = fields.String(required=True, validate=validate.Length(*REASON_LENGTHS))


class Corrected(Schema):
    version = fields.Integer(required=True)


class CommuneSearch(Schema):
    departement = fields.String(load_default="", validate=validate.Length(max=3))
    q = fields.String(load_default="", validate=validate.Length(max=100))


class Option(Schema):
    value = fields.String(required=True)
    label = fields.String(required=True)


class Options(Schema):
    options = fields.List(fields.Nested(Option), required=True)
    advice = fields.String(allow_none=True, metadata={"description": "What to do where there is none, in French"})
