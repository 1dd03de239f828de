"""The API of accounts for the processes of the portal: published keys, their own tokens, sessions
and tools' tokens."""

from types import NoneType

from marshmallow import fields, validate

from services.contracts import problem_types
from services.contracts.account_rules import MAX_CODE_LENGTH, MAX_TOKEN_LENGTH
from services.contracts.api.given import Given, given
from services.contracts.api.operation import PUBLIC, Answered, Callers, Instant
from services.contracts.api.team import CodeOnly
from services.contracts.api.visitors import (
    GATEWAY,
    EmailOnly,
    TokenOnly,
    password_field,
    sealed_identity_field,
    token_field,
)

TITLE = "Sessions et jetons"
KINDS = CANDIDATE, STAFF = ("candidate", "staff")
"""Whose session it is."""


class Credentials(Given):
    client_id: str = given(fields.String(required=True, validate=validate.Length(max=64)))
    client_secret: str = given(fields.String(required=True, validate=validate.Length(max=512)))


class Login(EmailOnly):
    password: str = given(password_field())
    device: str | None = given(
        fields.String(
            load_default=None, allow_none=True, validate=validate.Length(max=MAX_TOKEN_LENGTH)
        )
    )
    source: str = given(fields.String(required=True, validate=validate.Length(max=64)))
    code: str | None = given(
        fields.String(
            load_default=None, allow_none=True, validate=validate.Length(max=MAX_CODE_LENGTH)
        )
    )
    identity: str | None = given(sealed_identity_field())


class SessionOnly(Given):
    session: str = given(token_field())


class SessionAndCode(SessionOnly, CodeOnly):
    """`session`: of the browser in which a member of staff acts."""


class Keys(Answered):
    """A JSON Web Key Set (RFC 7517)."""

    keys: tuple[dict[str, str], ...]


class AccessToken(Answered):
    access_token: str
    expires_in: int


class LoggedIn(AccessToken):
    """The person logged in, as pages show them. `identity`: a candidate's, as a signed token;
    `role`, `scopes` and `academies` (None: all): what a member of staff may do, and where;
    `provider`: by which they signed in, if any."""

    kind: str
    subject: str
    prenoms: str
    nom: str
    idle_seconds_left: int
    civilite: str | None = None
    role: str | None = None
    scopes: tuple[str, ...] = ()
    academies: tuple[str, ...] | None = None
    identity: str | None = None
    previous_login_at: Instant | None = None
    provider: str | None = None


class OpenedSession(LoggedIn):
    """`session` and `device`: the secrets for the browser, of this session and of the browser
    itself."""

    session: str
    device: str


read_keys = Callers(PUBLIC).get(
    "/.well-known/jwks.json", Keys, "The keys with which every token of the portal is verified."
)
make_service_token = Callers(PUBLIC).post(
    "/v1/tokens",
    AccessToken,
    "A service's own access token.",
    body=Credentials,
    reads=True,
    problems=(problem_types.SERVICE_REFUSED,),
)
log_in = GATEWAY.post(
    "/v1/sessions",
    OpenedSession,
    "Log in. Staff add the `code` of their second factor. The `identity` of a provider is joined "
    "to the account; without a password it logs in the member of staff that it is joined to "
    "already.",
    body=Login,
    status=201,
    problems=(
        problem_types.LOGIN_REFUSED,
        problem_types.NOT_ACTIVATED,
        problem_types.ACCOUNT_DISABLED,
        problem_types.SECOND_FACTOR_ASKED,
        problem_types.SECOND_FACTOR_UNREADABLE,
        problem_types.TOO_MANY_TRIES,
        problem_types.PROVIDER_REFUSED,
        problem_types.CONFLICT,
    ),
)
exchange_session = GATEWAY.post(
    "/v1/sessions/exchange",
    LoggedIn,
    "An access token for the session of a browser, and whose it is.",
    body=SessionOnly,
    reads=True,
    problems=(problem_types.SESSION_EXPIRED,),
)
confirm_session = GATEWAY.post(
    "/v1/sessions/confirmation",
    LoggedIn,
    "An access token for one act of staff that asks for a fresh code of the second factor; the "
    "code is used.",
    body=SessionAndCode,
    problems=(
        problem_types.SESSION_EXPIRED,
        problem_types.SECOND_FACTOR_UNREADABLE,
        problem_types.TOO_MANY_TRIES,
    ),
)
log_out = GATEWAY.post("/v1/sessions/end", NoneType, "Log out, everywhere.", body=SessionOnly)
exchange_tool_token = GATEWAY.post(
    "/v1/tools/exchange",
    AccessToken,
    "An access token for the token of a tool.",
    body=TokenOnly,
    reads=True,
    problems=(problem_types.TOKEN_REFUSED,),
)
