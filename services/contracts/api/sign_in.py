"""The API of accounts for signing in with FranceConnect (candidates) or ProConnect (staff), as the
gateway calls it: it passes on what the browser brings, accounts alone asks the provider and
verifies what it says."""

from marshmallow import fields, validate

from services.contracts import problem_types
from services.contracts.account_rules import MAX_TOKEN_LENGTH
from services.contracts.api.given import Given, given
from services.contracts.api.operation import Answered
from services.contracts.api.sessions import OpenedSession, SessionOnly
from services.contracts.api.visitors import GATEWAY

TITLE = "Identification par FranceConnect et ProConnect"
FRANCECONNECT = "franceconnect"
PROCONNECT = "proconnect"
PROVIDER_LABELS = {FRANCECONNECT: "FranceConnect", PROCONNECT: "ProConnect"}
PROVIDER_PATHS = {
    FRANCECONNECT: "/connexion/franceconnect",
    PROCONNECT: "/gestion/connexion/proconnect",
}
"""Where our pages send a browser to the provider."""
RETURN = "/retour"
"""What follows these paths where the provider sends it back."""
PROVIDER_SECONDS = 5.0
"""How long all requests to a provider take at most for one page."""
ATTEMPT_MINUTES = 15
"""How long a browser may stay at the provider."""
_TEXT = validate.Length(max=4000)


class Provider(Given):
    provider: str = given(fields.String(required=True, validate=validate.OneOf(PROVIDER_LABELS)))


class Departure(Provider):
    """`act`: which the candidate of the browser's `session` confirms by signing in anew
    (own_account.py)."""

    act: str = given(fields.String(load_default="", validate=validate.Length(max=64)))
    session: str = given(
        fields.String(load_default="", validate=validate.Length(max=MAX_TOKEN_LENGTH))
    )


class Return(Provider):
    """A browser that comes back, with what it brings: `attempt` from us, the others from the
    provider."""

    attempt: str = given(fields.String(required=True, validate=_TEXT))
    state: str = given(fields.String(load_default="", validate=_TEXT))
    code: str = given(fields.String(load_default="", validate=_TEXT))
    issuer: str = given(fields.String(load_default="", validate=_TEXT))
    device: str | None = given(
        fields.String(
            load_default=None, allow_none=True, validate=validate.Length(max=MAX_TOKEN_LENGTH)
        )
    )
    session: str = given(
        fields.String(load_default="", validate=validate.Length(max=MAX_TOKEN_LENGTH))
    )


class SignIn(Answered):
    """`attempt` stays with this browser alone, until it comes back."""

    address: str
    attempt: str


class SignedIn(Answered):
    """The session that is `opened`; else the `identity`, sealed, which is sent with what joins it
    to an account, since none has it, or with the code that `asks_code` of staff, since the provider
    has seen no second factor of theirs. Nobody signs in where an act is `confirmed`."""

    opened: OpenedSession | None = None
    identity: str | None = None
    asks_code: bool = False
    confirmed: bool = False


class ProviderLogOut(Answered):
    """The address where the session with the provider ends; None where it was not opened with a
    provider, or the provider has no such page."""

    address: str | None


_REFUSALS = (problem_types.PROVIDER_REFUSED, problem_types.NOT_FOUND)
begin_sign_in = GATEWAY.post(
    "/v1/sign-ins",
    SignIn,
    "Where to send the browser.",
    body=Departure,
    reads=True,
    problems=_REFUSALS,
    seconds=PROVIDER_SECONDS + 1,
)
finish_sign_in = GATEWAY.post(
    "/v1/sign-ins/returns",
    SignedIn,
    "Verify what the browser came back with, once, and log its owner in, or note what they "
    "confirm.",
    body=Return,
    problems=(*_REFUSALS, problem_types.ACCOUNT_DISABLED, problem_types.SESSION_EXPIRED),
    seconds=PROVIDER_SECONDS + 1,
)
read_provider_log_out = GATEWAY.post(
    "/v1/sign-ins/ends",
    ProviderLogOut,
    "Where a browser that has just logged out ends its session with the provider.",
    body=SessionOnly,
    reads=True,
)
