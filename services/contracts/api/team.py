"""The API of accounts about staff: who is of the team, invited, given another profile, disabled and
enabled by administrateurs; tools' tokens."""

from collections.abc import Sequence
from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta
from webargs.fields import DelimitedList

from services.contracts import problem_types
from services.contracts.account_rules import (
    MAX_CODE_LENGTH,
    MEMBER_STATE_LABELS,
    OWN_ACCOUNT_SCOPE,
    REASON_LENGTHS,
    STAFF_ROLE_LABELS,
    MemberState,
)
from services.contracts.api.given import Given, given
from services.contracts.api.operation import Answered, Callers, Instant, one_of, staff
from services.contracts.api.staff_lists import CURSOR_WORDS, Column, StaffList
from services.contracts.page_sizes import TEAM_PAGE

TITLE = "Comptes de gestion et jetons de leurs outils"
_REASON_ASKED = "Saisissez un motif, de {min} à {max} caractères."
_CURSOR = fields.String(
    load_default="", validate=validate.Length(max=32), metadata={"description": CURSOR_WORDS}
)
MEMBERS = StaffList(
    "Members",
    filters=(),
    columns=(
        Column("", "Nom", lambda member: f"{member.nom} {member.prenoms}"),
        Column("", "Adresse mail", "email"),
        Column("", "Profil", lambda member: STAFF_ROLE_LABELS.get(member.role, member.role)),
        Column("", "Académies", "academies"),
        Column("", "État", lambda member: MEMBER_STATE_LABELS.get(member.state, member.state)),
        Column("", "Dernière connexion", lambda member: member.last_login_at or "Jamais"),
    ),
    cursor=_CURSOR,
    page_size=TEAM_PAGE,
    largest_page=TEAM_PAGE,
)  # of Member
TOKENS = StaffList(
    "Tokens",
    filters=(),
    columns=(
        Column("", "Nom", "name"),
        Column("", "Ce qu'il permet", lambda token: ", ".join(token.scopes)),
        Column("", "État", "revoked_at"),
        Column("", "Valable jusqu'au", "expires_at"),
        Column("", "Dernier usage", lambda token: token.last_used_at or "Jamais"),
    ),
    cursor=_CURSOR,
    page_size=TEAM_PAGE,
    largest_page=TEAM_PAGE,
)  # of ToolToken


class NamesQuery(Given):
    ids: Sequence[str] = given(
        DelimitedList(
            fields.String(validate=validate.Length(max=32)),
            required=True,
            validate=validate.Length(1, TEAM_PAGE),
            metadata={"description": "Identifiants, séparés par des virgules"},
        )
    )


class Reason(Given):
    reason: str = given(
        fields.String(required=True, validate=validate.Length(*REASON_LENGTHS, error=_REASON_ASKED))
    )


class CodeOnly(Given):
    code: str = given(
        fields.String(
            load_default="",
            validate=validate.Length(max=MAX_CODE_LENGTH),
            metadata={
                "description": (
                    "Code du second facteur, de secours, ou réponse d'une clé d'accès : chacun "
                    "sert une fois"
                )
            },
        )
    )


class ReasonWithCode(Reason, CodeOnly):
    """The code and the reason of an act that gives or takes access."""


class Profile(ReasonWithCode):
    """`academies`: as of an invitation."""

    role: str = given(
        fields.String(
            required=True,
            validate=validate.OneOf([*STAFF_ROLE_LABELS], error="Choisissez un profil."),
        )
    )
    academies: Sequence[str] = given(
        fields.List(fields.String(validate=validate.Length(max=3)), load_default=[])
    )


class Invitation(CodeOnly):
    """`academies`: codes, none of an administrateur. Checked together, so that every mistake is
    reported at once."""

    email: str = given(fields.String(load_default="", validate=validate.Length(max=320)))
    nom: str = given(fields.String(load_default="", validate=validate.Length(max=500)))
    prenoms: str = given(fields.String(load_default="", validate=validate.Length(max=500)))
    role: str = given(fields.String(load_default="", validate=validate.Length(max=32)))
    academies: Sequence[str] = given(
        fields.List(fields.String(validate=validate.Length(max=3)), load_default=[])
    )


class StaffName(Answered):
    id: str
    nom: str
    prenoms: str


class StaffNames(Answered):
    items: tuple[StaffName, ...]


class Member(StaffName):
    """`second_factor`: whether a key in force opens it; else `renew-staff` gives another."""

    email: str
    role: str
    academies: Annotated[tuple[str, ...] | None, Meta(description="Codes ; null : toutes")]
    created_at: Instant
    last_login_at: Instant | None
    disabled_at: Instant | None
    invited_at: Instant | None
    state: Annotated[str, one_of(MemberState)]
    second_factor: bool


class Members(Answered):
    items: tuple[Member, ...]
    next_cursor: str | None


class CreatedMember(Answered):
    id: str


class Academie(Answered):
    """`value` is the code."""

    value: str
    label: str


class Academies(Answered):
    academies: tuple[Academie, ...]


class ToolToken(Answered):
    """`last_used_at` is to the hour."""

    id: str
    staff_id: str
    email: str
    name: str
    scopes: tuple[str, ...]
    created_at: Instant
    last_used_at: Instant | None
    expires_at: Instant
    revoked_at: Instant | None


class ToolTokens(Answered):
    items: tuple[ToolToken, ...]
    next_cursor: str | None


_MANAGE = Callers(staff("staff:manage"))
_MANAGE_IN_A_SESSION = Callers(
    staff("staff:manage", OWN_ACCOUNT_SCOPE), problems=(problem_types.TOO_MANY_TRIES,)
)
"""In a browser, with a code of the second factor: no tool's token does what gives or takes
access."""

list_members = _MANAGE.get(
    "/v1/staff",
    Members,
    "Everybody, disabled or not, in pages: follow `next_cursor` until it is null.",
    query=MEMBERS.reads_page(),
)
list_tokens = _MANAGE.get(
    "/v1/staff/<staff_id>/tokens",
    ToolTokens,
    "Somebody's tokens, those that ended among them.",
    query=TOKENS.reads_page(),
)
list_academies = _MANAGE.get(
    "/v1/staff/academies", Academies, "The académies that a gestionnaire may be limited to."
)
list_names = Callers(staff("pieces:read")).get(
    "/v1/staff/names",
    StaffNames,
    "Who may control the same pieces: names of those who share an académie with the caller; others "
    "are missing.",
    query=NamesQuery,
)
read_member = _MANAGE.get("/v1/staff/<staff_id>", Member, "A member of the team, disabled or not.")
invite = _MANAGE_IN_A_SESSION.post(
    "/v1/staff",
    CreatedMember,
    "Invite somebody by mail: they choose a password and a second factor by the link.",
    body=Invitation,
    status=201,
    problems=(problem_types.ADDRESS_TAKEN, problem_types.REACTIVATION_REQUIRED),
)
invite_again = _MANAGE_IN_A_SESSION.post(
    "/v1/staff/<staff_id>/invitation",
    NoneType,
    "Mail a new link; the older one is refused from now on. 409 for an account that is set up or "
    "disabled.",
    body=CodeOnly,
    problems=(problem_types.CONFLICT, problem_types.REACTIVATION_REQUIRED),
)
reset_second_factor = _MANAGE_IN_A_SESSION.post(
    "/v1/staff/<staff_id>/second-factor-reset",
    NoneType,
    "Who lost theirs is mailed a link to set up another; password, sessions and tokens end. 409 "
    "for oneself.",
    body=ReasonWithCode,
    problems=(
        problem_types.OWN_ACCOUNT,
        problem_types.CONFLICT,
        problem_types.REACTIVATION_REQUIRED,
    ),
)
disable = _MANAGE_IN_A_SESSION.post(
    "/v1/staff/<staff_id>/disable",
    NoneType,
    "Disable an account: no log-in, sessions and tokens end. 409 for oneself and for the last "
    "administrateur.",
    body=ReasonWithCode,
    problems=(problem_types.OWN_ACCOUNT, problem_types.LAST_ADMINISTRATOR),
)
enable = _MANAGE_IN_A_SESSION.post(
    "/v1/staff/<staff_id>/enable",
    NoneType,
    "Enable an account again: it logs in as before; its tokens stay ended.",
    body=ReasonWithCode,
    problems=(problem_types.CONFLICT,),
)
change_profile = _MANAGE_IN_A_SESSION.post(
    "/v1/staff/<staff_id>/profile",
    NoneType,
    "Another role, or other académies; sessions and tokens may do no more within seconds. 409 as "
    "for `disable`.",
    body=Profile,
    problems=(problem_types.OWN_ACCOUNT, problem_types.LAST_ADMINISTRATOR),
)
revoke_token = _MANAGE.post(
    "/v1/staff/tokens/<token_id>/revoke",
    NoneType,
    "The token is refused some seconds later.",
    body=Reason,
)
