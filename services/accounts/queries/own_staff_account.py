"""What a member of staff sees of their own account."""

from sqlalchemy import func, select

from services.accounts.domain.passwords import RECOMMENDED
from services.accounts.domain.staff import scopes_of
from services.accounts.models import Passkey, RecoveryCode, StaffMember, db
from services.chassis.errors import found
from services.contracts.api.operation import answer_of
from services.contracts.api.own_staff_account import OwnAccount, OwnPasskey


def own_account(staff_id: str) -> OwnAccount:
    """Who they are, what their tokens may do, how many recovery codes are left. Raises NotFound."""
    unused = select(func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    member = stored_member(staff_id)
    with db.reading() as session:
        left = session.scalar(unused) or 0
        theirs = session.scalars(select(Passkey).where(Passkey.staff_id == staff_id).order_by(Passkey.created_at)).all()
    return answer_of(
        OwnAccount,
        member,
        scopes=tuple(sorted(scopes_of(member.role))),
        recovery_codes_left=left,
        passkeys=tuple(answer_of(OwnPasskey, passkey) for passkey in theirs),
        password_hint=RECOMMENDED.hint,
    )


def stored_member(staff_id: str) -> StaffMember:
    """Raises NotFound."""
    with db.reading() as session:
        return found(session.get(StaffMember, staff_id))
