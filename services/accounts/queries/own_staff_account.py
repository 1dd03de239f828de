"""What a member of staff sees of their own account, and whether the sealing keys in force open the second factors of
all: part of the readiness answer."""

from __future__ import annotations

import time

from sqlalchemy import func, select

from services.accounts.dependencies import dependencies
from services.accounts.domain.staff import scopes_of
from services.accounts.models import RecoveryCode, StaffMember, db
from services.accounts.queries.staff import all_staff
from services.chassis.errors import found
from services.contracts.api.operation import answer_of
from services.contracts.api.own_staff_account import OwnAccount

RECHECK_SECONDS = 60.0


def own_account(staff_id: str) -> OwnAccount:
    """Who they are, what their tokens may do, how many recovery codes are left. Raises NotFound."""
    unused = select(func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    member = stored_member(staff_id)
    with db.reading() as session:
        left = session.scalar(unused) or 0
    return answer_of(
        OwnAccount,
        member,
        scopes=tuple(sorted(scopes_of(member.role))),
        recovery_codes_left=left,
        password_hint=dependencies().profile.hint,
    )


def stored_member(staff_id: str) -> StaffMember:
    """Raises NotFound."""
    with db.reading() as session:
        return found(session.get(StaffMember, staff_id))


class SecondFactorsCheck:
    """Shows a wrong sealing key at the service's start. It only informs: accounts still serves candidates.

    All second factors are opened once every `RECHECK_SECONDS`.
    """

    def __init__(self) -> None:
        self._checked_until = float("-inf")
        self._problem: str | None = None

    def problem(self) -> str | None:
        """How many cannot be opened, in words; None where all can."""
        if time.monotonic() >= self._checked_until:
            unopened = sum(not member.second_factor for member in all_staff())
            self._problem = f"{unopened} not opened by any key" if unopened else None
            self._checked_until = time.monotonic() + RECHECK_SECONDS
        return self._problem
