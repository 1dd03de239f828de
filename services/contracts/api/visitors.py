"""The API of accounts for who is not logged in, as the gateway calls it: creation, activation,
mailed links."""

from collections.abc import Mapping
from datetime import date
from types import NoneType
from typing import Annotated, Any

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import problem_types
from services.contracts.account_rules import (
    LINK_PROBLEMS,
    MAX_CREATION_LENGTH,
    MAX_TOKEN_LENGTH,
    State,
)
from services.contracts.api.forms import Form, Suggestions
from services.contracts.api.given import Given, given
from services.contracts.api.operation import Answered, Callers, Instant, Operation, one_of, service

TITLE = "Création de compte et liens reçus par mail"
_PASSWORD_LENGTH = validate.Length(max=1024)


def token_field() -> fields.String:
    """Return the field of a token or of a browser's secret."""
    return fields.String(required=True, validate=validate.Length(max=MAX_TOKEN_LENGTH))


def password_field() -> fields.String:
    """Return the field of a password that has to be sent."""
    return fields.String(required=True, validate=_PASSWORD_LENGTH)


def optional_password_field() -> fields.String:
    """Return the field of a password that is "" where it is not sent."""
    return fields.String(load_default="", validate=_PASSWORD_LENGTH)


def sealed_identity_field() -> fields.String:
    """Return the field of an identity of a provider (sign_in.py), as a page holds it while no
    account has it."""
    return fields.String(load_default=None, allow_none=True, validate=validate.Length(max=12_000))


class Values(Given):
    """`values`: each field's name with what was typed, as typed; a list for boxes."""

    values: Mapping[str, Any] = given(
        fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)
    )


class FormValues(Values):
    """`identity`: of FranceConnect, which fills the civil status."""

    identity: str | None = given(sealed_identity_field())


class Creation(FormValues):
    """`source`: the visitor's address, or its IPv6 network, for turns at hashing."""

    source: str = given(fields.String(load_default="", validate=validate.Length(max=64)))


class CommuneSearch(Given):
    departement: str = given(fields.String(load_default="", validate=validate.Length(max=3)))
    q: str = given(fields.String(load_default="", validate=validate.Length(max=100)))


class EmailOnly(Given):
    email: str = given(fields.String(required=True, validate=validate.Length(max=320)))


class Resend(EmailOnly):
    creation: str | None = given(
        fields.String(
            load_default=None, allow_none=True, validate=validate.Length(max=MAX_CREATION_LENGTH)
        )
    )


class TokenOnly(Given):
    token: str = given(token_field())


class NewPassword(TokenOnly):
    password: str = given(password_field())
    password_confirmation: str = given(password_field())


class Created(Answered):
    """`email` as typed, to which a mail is sent in any case; `creation` names this creation when
    its mail is asked for again, and is given whether or not there is one."""

    email: str
    creation: str


class LinkState(Answered):
    """`detail` says what to do with a link that is not usable."""

    state: Annotated[str, one_of(State)]
    detail: str | None = None


class Asked(Answered):
    """A creation that was asked for: its owner, as it says, and when."""

    nom_famille: str
    prenoms: str
    date_naissance: date
    at: Instant


class ActivationLink(LinkState):
    asked: Annotated[Asked | None, Meta(description="D'un lien utilisable seulement")] = None


class Address(Answered):
    """The account's address, by which its owner logs in."""

    email: str


GATEWAY = Callers(service("gateway"))
LINK_REFUSALS = tuple(LINK_PROBLEMS.values())

fill_form = GATEWAY.post(
    "/v1/forms/account",
    Form,
    "« Formulaire de création » for what was typed: the country decides which place of birth is "
    "asked. Checks and changes nothing.",
    body=FormValues,
    reads=True,
    problems=(problem_types.PROVIDER_REFUSED,),
)
search_communes = GATEWAY.get(
    "/v1/forms/account/communes",
    Suggestions,
    "Communes of a département for what was typed.",
    query=CommuneSearch,
)
create_account = GATEWAY.post(
    "/v1/accounts",
    Created,
    "Create an account; the answer is the same for an address that is known.",
    body=Creation,
    status=202,
    problems=(problem_types.TOO_MANY_TRIES, problem_types.PROVIDER_REFUSED),
)
resend_activation = GATEWAY.post(
    "/v1/activations/resend",
    NoneType,
    "Mail the link of this `creation` again, else of the newest at this address.",
    body=Resend,
    status=202,
    problems=(problem_types.TOO_MANY_TRIES,),
)
activate_account = GATEWAY.post(
    "/v1/activations",
    Address,
    "Activate the account by its mailed link, which is used.",
    body=TokenOnly,
    problems=LINK_REFUSALS,
)
ask_reset = GATEWAY.post(
    "/v1/password-resets",
    NoneType,
    "Mail a reset link; the answer is the same for an address that is unknown.",
    body=EmailOnly,
    status=202,
)
complete_reset = GATEWAY.post(
    "/v1/password-resets/complete",
    NoneType,
    "Set the password typed twice, by the mailed link, which is used.",
    body=NewPassword,
    problems=(*LINK_REFUSALS, problem_types.TOO_MANY_TRIES),
)
confirm_email = GATEWAY.post(
    "/v1/email-changes",
    Address,
    "Confirm the new address by the link mailed there, which is used.",
    body=TokenOnly,
    problems=(*LINK_REFUSALS, problem_types.ADDRESS_TAKEN),
)
cancel_email_change = GATEWAY.post(
    "/v1/email-changes/cancellations",
    NoneType,
    "« Annuler », by the link mailed to the old address when the new one was asked for.",
    body=TokenOnly,
    problems=LINK_REFUSALS,
)
check_activation = GATEWAY.post(
    "/v1/activations/check",
    ActivationLink,
    "The state of a link of activation; of a usable one also what was typed. Changes nothing.",
    body=TokenOnly,
    reads=True,
)


def _check(path: str, what: str) -> Operation[LinkState]:
    return GATEWAY.post(
        path, LinkState, f"The state of {what}. Changes nothing.", body=TokenOnly, reads=True
    )


check_reset = _check("/v1/password-resets/check", "a reset link")
check_email_change = _check("/v1/email-changes/check", "a link that confirms an address")
check_cancellation = _check(
    "/v1/email-changes/cancellations/check", "a link that cancels a change of address"
)
