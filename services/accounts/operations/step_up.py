"""A fresh code of the second factor before dangerous acts of staff, throttled like log-ins; each code is accepted once.

The code is used in a transaction of its own: it is spent even where the act is then refused.
"""

from __future__ import annotations

from services.accounts.domain.staff import member_state
from services.accounts.models import StaffMember, db
from services.accounts.operations import rate_limits, second_factor
from services.accounts.operations.integrity_retries import retry_on_integrity_error
from services.chassis.errors import FieldError, Forbidden, Invalid
from services.contracts.account_rules import MemberState


def confirm(staff_id: str, code: str) -> None:
    """Raises Invalid on `code` where it is missing, wrong or used, TooMany after several failures, Forbidden for a
    member who is disabled or no longer set up."""
    if not code.strip():
        raise refused("Saisissez un code de votre second facteur.")
    retry_on_integrity_error(lambda: _count_attempt(staff_id))
    with db.operation() as session:
        member = session.get(StaffMember, staff_id, with_for_update=True)
        accepted = member is not None and second_factor.use_code(session, member, code)
        if accepted and member is not None:
            rate_limits.uncount_attempt(session, member.email_key, [rate_limits.SECOND_FACTOR])
    if not accepted:
        raise refused(
            "Ce code n'est pas le bon, ou il a déjà servi : attendez le prochain code de votre application, puis "
            "saisissez-le."
        )


def refused(detail: str) -> Invalid:
    return Invalid(detail, errors=(FieldError("#/code", detail),))


def _count_attempt(staff_id: str) -> None:
    with db.operation() as session:
        member = session.get(StaffMember, staff_id)
        if member is None or member_state(member.invited_at, member.disabled_at) is not MemberState.ACTIVE:
            raise Forbidden()
        rate_limits.count_attempt(session, member.email_key, [rate_limits.SECOND_FACTOR])
