"""Recovery codes of staff: made in sets of which the newest counts, each used once."""

from __future__ import annotations

import secrets

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.accounts.domain import recovery_codes
from services.accounts.models import AuditEntry, RecoveryCode, StaffMember
from services.accounts.opaque_secrets import hash_secret
from services.chassis.clock import system_now
from services.chassis.database.audit import Actor


def replace(session: Session, staff_id: str) -> list[str]:
    """A new set, as people write them; the old one is deleted. Only hashes are stored."""
    delete_all(session, staff_id)
    codes = [_new_code() for _ in range(recovery_codes.COUNT)]
    session.add_all(RecoveryCode(code_hash=_hash(staff_id, code), staff_id=staff_id) for code in codes)
    return [recovery_codes.displayed(code) for code in codes]


def delete_all(session: Session, staff_id: str) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def use(session: Session, member: StaffMember, typed: str) -> bool:
    """Whether this is an unused code of the member; marks it used, with an audit entry. The caller has locked them."""
    code = recovery_codes.read(typed)
    row = session.get(RecoveryCode, _hash(member.id, code), with_for_update=True) if code else None
    if row is None or row.used_at is not None:
        return False
    row.used_at = system_now()
    AuditEntry.record(session, Actor("staff", member.id), "recovery_code_used", member.id)
    return True


def _new_code() -> str:
    return "".join(secrets.choice(recovery_codes.ALPHABET) for _ in range(recovery_codes.LENGTH))


def _hash(staff_id: str, code: str) -> str:
    return hash_secret(f"{staff_id}:{code}")
