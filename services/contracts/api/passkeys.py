"""The API of accounts for passkeys of staff (WebAuthn), of which the gateway passes on what
browsers make and ask."""

from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import problem_types
from services.contracts.account_rules import (
    MAX_CODE_LENGTH,
    MAX_TOKEN_LENGTH,
    OWN_ACCOUNT_SCOPE,
    TOKEN_NAME_LENGTH,
)
from services.contracts.api.given import Given, given
from services.contracts.api.operation import Answered, Callers, JSONObject, staff
from services.contracts.api.team import CodeOnly
from services.contracts.api.visitors import GATEWAY

TITLE = "Clés d'accès"
PURPOSES = LOG_IN, ACT, CREATION = ("log-in", "act", "creation")
"""What a challenge is for: a log-in, an act that asks for a fresh code, another passkey."""
MOST_PASSKEYS = 10
"""Of a member of staff."""


class PasskeyPurpose(Given):
    """`session`: of the browser; none at a log-in."""

    purpose: str = given(fields.String(required=True, validate=validate.OneOf(PURPOSES)))
    session: str = given(
        fields.String(load_default="", validate=validate.Length(max=MAX_TOKEN_LENGTH))
    )


class NewPasskey(CodeOnly):
    name: str = given(
        fields.String(load_default="", validate=validate.Length(max=TOKEN_NAME_LENGTH))
    )
    passkey: str = given(
        fields.String(load_default="", validate=validate.Length(max=MAX_CODE_LENGTH))
    )


class Options(Answered):
    """`options`: the public key credential options of the W3C's WebAuthn, in JSON."""

    options: Annotated[JSONObject, Meta(description="À passer à navigator.credentials")]


_IN_A_SESSION = Callers(staff(OWN_ACCOUNT_SCOPE))
prepare_passkey = GATEWAY.post(
    "/v1/passkeys/options",
    Options,
    "A challenge, sealed, for a passkey to be used or made. Changes nothing.",
    body=PasskeyPurpose,
    reads=True,
    problems=(problem_types.SESSION_EXPIRED,),
)
add_passkey = _IN_A_SESSION.post(
    "/v1/staff/me/passkeys",
    NoneType,
    "What the browser has made is a second factor from now on.",
    body=NewPasskey,
    problems=(
        problem_types.NOT_FOUND,
        problem_types.TOO_MANY_TRIES,
        problem_types.SECOND_FACTOR_UNREADABLE,
    ),
)
remove_passkey = _IN_A_SESSION.post(
    "/v1/staff/me/passkeys/<passkey_id>/removal",
    NoneType,
    "It is refused from now on. The last one stays while no code can replace it.",
    problems=(problem_types.NOT_FOUND, problem_types.CONFLICT),
)
