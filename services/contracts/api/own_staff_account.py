"""The API of accounts for members of staff: their own account, in a browser's session alone, and
the invitation by which it is set up."""

from collections.abc import Sequence
from dataclasses import field
from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import problem_types
from services.contracts.account_rules import (
    FILTERS_LENGTHS,
    LONGEST_TOKEN_DAYS,
    OWN_ACCOUNT_SCOPE,
    TOKEN_NAME_LENGTH,
)
from services.contracts.api.given import Given, given
from services.contracts.api.operation import Answered, Callers, Instant, staff
from services.contracts.api.team import TOKENS, CodeOnly, ToolTokens
from services.contracts.api.visitors import (
    GATEWAY,
    LINK_REFUSALS,
    LinkState,
    TokenOnly,
    optional_password_field,
    sealed_identity_field,
)

TITLE = "Mon compte de gestion"
_FILTERS = Meta(description="De la liste des candidatures, par nom")


class PasswordTwice(CodeOnly):
    password: str = given(optional_password_field())
    password_confirmation: str = given(optional_password_field())


class NewStaffPassword(PasswordTwice):
    current_password: str = given(optional_password_field())


class SealedOnly(Given):
    """`proposal`: of a second factor that the page has shown already, if any."""

    proposal: str = given(fields.String(load_default="", validate=validate.Length(max=1000)))


class FactorRenewal(SealedOnly, CodeOnly):
    """`code`: of the proposed factor."""


class NewToken(CodeOnly):
    name: str = given(
        fields.String(load_default="", validate=validate.Length(max=TOKEN_NAME_LENGTH))
    )
    scopes: Sequence[str] = given(
        fields.List(fields.String(validate=validate.Length(max=64)), load_default=[])
    )
    days: int | None = given(
        fields.Integer(
            load_default=None, allow_none=True, validate=validate.Range(1, LONGEST_TOKEN_DAYS)
        )
    )


class SavedFilters(Given):
    name: str = given(
        fields.String(load_default="", validate=validate.Length(max=FILTERS_LENGTHS[0]))
    )
    query: str = given(
        fields.String(required=True, validate=validate.Length(max=FILTERS_LENGTHS[1]))
    )


class InvitationToken(TokenOnly, SealedOnly):
    """The token of the mailed link."""


class InvitationAnswer(InvitationToken, PasswordTwice):
    identity: str | None = given(sealed_identity_field())


class Invited(Answered):
    email: str
    nom: str
    prenoms: str
    role: str
    password_hint: str


class OwnPasskey(Answered):
    id: str
    name: str
    created_at: Instant
    last_used_at: Instant | None


class OwnAccount(Invited):
    academies: tuple[str, ...] | None
    scopes: Annotated[
        tuple[str, ...], Meta(description="Ce que ses propres jetons permettent au plus")
    ]
    recovery_codes_left: int
    saved_filters: Annotated[dict[str, str], _FILTERS] = field(default_factory=dict)
    passkeys: tuple[OwnPasskey, ...] = ()


class NewSession(Answered):
    """Every other session has ended."""

    session: str


class RecoveryCodes(Answered):
    """Shown once."""

    recovery_codes: tuple[str, ...]


class SetUp(NewSession, RecoveryCodes):
    """The account is ready, and its owner logged in."""


class ProposedFactor(Answered):
    """A second factor to set up: `secret` in Base32, `uri` as applications scan it (otpauth://);
    `sealed` is sent back with the code that confirms it."""

    secret: str
    uri: str
    sealed: str


class MaybeProposedFactor(Answered):
    """The proposal once more; None where what was sent is no longer valid."""

    proposal: ProposedFactor | None


class InvitationLink(LinkState):
    """`invited` and `proposal` are there for a usable link alone."""

    invited: Invited | None = None
    proposal: ProposedFactor | None = None


class CreatedToken(Answered):
    """`token` is shown once."""

    id: str
    token: str


_IN_A_SESSION = Callers(staff(OWN_ACCOUNT_SCOPE))
_WITH_A_CODE = Callers(
    staff(OWN_ACCOUNT_SCOPE), problems=(problem_types.NOT_FOUND, problem_types.TOO_MANY_TRIES)
)
read_account = _IN_A_SESSION.get(
    "/v1/staff/me",
    OwnAccount,
    "Who one is, what one's tokens may do, how many recovery codes are left, which filters one has "
    "saved.",
    problems=(problem_types.NOT_FOUND,),
)
change_password = _WITH_A_CODE.post(
    "/v1/staff/me/password",
    NewSession,
    "Every session ends; the answer opens another.",
    body=NewStaffPassword,
)
renew_recovery_codes = _WITH_A_CODE.post(
    "/v1/staff/me/recovery-codes",
    RecoveryCodes,
    "A new set of recovery codes; the old one is void.",
    body=CodeOnly,
    status=201,
)
propose_second_factor = _WITH_A_CODE.post(
    "/v1/staff/me/second-factor/proposals",
    ProposedFactor,
    "A new secret, which a code of its own puts in force.",
    body=CodeOnly,
)
check_proposal = _IN_A_SESSION.post(
    "/v1/staff/me/second-factor/proposals/check",
    MaybeProposedFactor,
    "What was proposed, to show it again.",
    body=SealedOnly,
    reads=True,
    problems=(problem_types.NOT_FOUND,),
)
renew_second_factor = _WITH_A_CODE.post(
    "/v1/staff/me/second-factor",
    NewSession,
    "`code` is one of the proposed secret. Every session ends; the answer opens another.",
    body=FactorRenewal,
)
list_tokens = _IN_A_SESSION.get(
    "/v1/staff/me/tokens",
    ToolTokens,
    "One's own tokens, those that ended among them.",
    query=TOKENS.reads_page(),
)
create_token = _WITH_A_CODE.post(
    "/v1/staff/me/tokens",
    CreatedToken,
    "A token for a tool, within one's own scopes.",
    body=NewToken,
    status=201,
)
revoke_token = _IN_A_SESSION.post(
    "/v1/staff/me/tokens/<token_id>/revoke",
    NoneType,
    "One's own token is refused some seconds later.",
)
save_filters = _IN_A_SESSION.post(
    "/v1/staff/me/saved-filters",
    NoneType,
    "Of the list of candidatures, as its address has them; those of this name are replaced, or "
    "deleted by none.",
    body=SavedFilters,
    problems=(problem_types.NOT_FOUND,),
)

check_invitation = GATEWAY.post(
    "/v1/staff-invitations/check",
    InvitationLink,
    "The state of the link; of a usable one whose it is, and a second factor to set up. Changes "
    "nothing.",
    body=InvitationToken,
    reads=True,
)
complete_invitation = GATEWAY.post(
    "/v1/staff-invitations",
    SetUp,
    "Choose the password and the second factor; the link is used. An `identity` of ProConnect is "
    "joined instead of a password.",
    body=InvitationAnswer,
    problems=(*LINK_REFUSALS, problem_types.PROVIDER_REFUSED, problem_types.CONFLICT),
)
