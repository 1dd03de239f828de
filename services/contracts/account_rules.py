"""What accounts and the gateway agree on about accounts: how long a new one waits, how long tokens
and ids may be, the profiles of staff, and the codes of answers."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from services.contracts import problem_types

ACTIVATION_HOURS = 48
ACTIVATION_LIFETIME = timedelta(hours=ACTIVATION_HOURS)
"""From an account's creation to the end of its activation (guide §3), whenever its mail was sent:
so long its link lives, and an account that is not activated by then is erased."""
RESET_HOURS = 1
"""How long the mailed link lives by which a forgotten password is replaced."""
RESET_LIFETIME = timedelta(hours=RESET_HOURS)
EMAIL_CHANGE_LIFETIME = timedelta(hours=48)
INVITATION_LIFETIME = timedelta(hours=72)
"""Of the link by which a member of staff chooses a password and a second factor; from the
invitation, not its mail."""
READING_TOKEN_DAYS = 90
WRITING_TOKEN_DAYS = 30
LONGEST_TOKEN_DAYS = 366
"""How long a tool's token lives: where nobody chooses, if it reads alone and if it may do more; at
most."""
TOKEN_DAYS_WORDS = (
    f"{WRITING_TOKEN_DAYS} jours s'il permet d'écrire, {READING_TOKEN_DAYS} s'il ne fait que lire"
)
MAX_TOKEN_LENGTH = 200
"""Characters of a token: of a mailed link, a session, a browser or a tool."""
MAX_CREATION_LENGTH = 32
"""Characters of the id of a creation, by which its mail is asked for again."""
MAX_CODE_LENGTH = 6000
"""Characters of what proves the second factor: a code, a recovery code, or what a passkey answers
(in JSON)."""
REASON_LENGTHS = (3, 500)
"""Shortest and longest reason of an act in the audit trail, in characters."""
TOKEN_NAME_LENGTH = 100
"""Characters of what a tool's token is for."""
MOST_SAVED_FILTERS = 20
"""How many filters of the list of candidatures a member of staff may have saved."""
FILTERS_LENGTHS = (60, 2000)
"""Most characters of their name, and of the query that they are."""
OWN_ACCOUNT_SCOPE = "account:manage"
CATALOGUE_SCOPE = "catalogue:manage"
SESSION_ONLY_SCOPES = frozenset({OWN_ACCOUNT_SCOPE, CATALOGUE_SCOPE})
"""What staff may do in a browser's session, and no tool's token."""
STAFF_ROLE_LABELS = {
    "consultation": "Consultation",
    "gestionnaire": "Gestionnaire",
    "administrateur": "Administrateur",
}
"""Profiles of staff and how pages name them."""


def default_token_days(scopes: Iterable[str]) -> int:
    return (
        READING_TOKEN_DAYS
        if all(scope.endswith(":read") for scope in scopes)
        else WRITING_TOKEN_DAYS
    )


class State(StrEnum):
    """The state of a link that was mailed."""

    USABLE = "usable"
    EXPIRED = "expired"
    REPLACED = "replaced"
    ENDED = "ended"
    USED = "used"
    UNKNOWN = "unknown"


LINK_PROBLEMS: dict[str, problem_types.ProblemType] = {
    State.EXPIRED: problem_types.LINK_EXPIRED,
    State.REPLACED: problem_types.LINK_REPLACED,
    State.ENDED: problem_types.LINK_ENDED,
    State.USED: problem_types.LINK_USED,
    State.UNKNOWN: problem_types.LINK_UNKNOWN,
}
"""What whoever follows a link that is not usable is answered."""


class MemberState(StrEnum):
    """`INVITED`: waits for the person to choose a password and a second factor by the mailed
    link."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


MEMBER_STATE_LABELS = {
    MemberState.INVITED.value: "Invitée",
    MemberState.ACTIVE.value: "Active",
    MemberState.DISABLED.value: "Désactivée",
}


class Editable(StrEnum):
    """The part of their own account that a candidate may change."""

    ALL = "all"
    CONTACT_ONLY = "contact_only"
