"""Codes that accounts answers with, and the problem that goes with each state of a mailed link."""

from __future__ import annotations

from enum import StrEnum

from services.contracts import problem_types


class State(StrEnum):
    """Of a link that was mailed."""

    USABLE = "usable"
    EXPIRED = "expired"
    REPLACED = "replaced"
    ENDED = "ended"
    USED = "used"
    UNKNOWN = "unknown"


LINK_PROBLEMS = {
    State.EXPIRED: problem_types.LINK_EXPIRED,
    State.REPLACED: problem_types.LINK_REPLACED,
    State.ENDED: problem_types.LINK_ENDED,
    State.USED: problem_types.LINK_USED,
    State.UNKNOWN: problem_types.LINK_UNKNOWN,
}
"""What whoever follows a link that is not usable is answered."""


class MemberState(StrEnum):
    """`INVITED`: waits for the person to choose a password and a second factor by the mailed link."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class Editable(StrEnum):
    """What of their own account a candidate may change."""

    ALL = "all"
    CONTACT_ONLY = "contact_only"
