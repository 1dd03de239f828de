"""Staff accounts are disabled when somebody leaves and enabled again when they come back; nothing is deleted.

The audit trail says who decided and why.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.domain.staff import Role
from services.accounts.models import AuditEntry, StaffMember, db
from services.accounts.operations.sessions import end_all_sessions
from services.accounts.operations.staff_accounts import revoke_all_tokens
from services.chassis.clock import system_now
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, Forbidden, NotFound
from services.contracts import problem_types


def disable_staff(staff_id: str, reason: str, actor: Actor) -> None:
    """Refuse further log-ins, end sessions and revoke tokens; nothing changes for an account already disabled.

    Raises NotFound, Forbidden for an actor who is disabled, Conflict for one's own account and for the last enabled
    administrateur.
    """
    with db.operation() as session:
        administrateurs = _lock_enabled_administrateurs(session)
        _check_actor(actor, administrateurs)
        member = _lock_member(session, staff_id)
        if member.disabled_at is not None:
            return
        if actor.id == member.id:
            raise Conflict("Vous ne pouvez pas désactiver votre propre compte.", problem=problem_types.OWN_ACCOUNT)
        if administrateurs == {member.id}:
            raise Conflict(
                "C'est le dernier administrateur : créez-en un autre d'abord.", problem=problem_types.LAST_ADMINISTRATOR
            )
        member.disabled_at = system_now()
        end_all_sessions(session, member.id)
        revoke_all_tokens(session, member.id)
        AuditEntry.record(session, actor, "staff_disabled", member.id, after={"reason": reason})


def enable_staff(staff_id: str, reason: str, actor: Actor) -> None:
    """Allow log-ins again with the same password and second factor; tokens stay revoked. Nothing changes for an
    account that is not disabled.

    Raises NotFound, Forbidden for an actor who is disabled.
    """
    with db.operation() as session:
        _check_actor(actor, _lock_enabled_administrateurs(session))
        member = _lock_member(session, staff_id)
        if member.disabled_at is None:
            return
        before = {"disabled_at": member.disabled_at.isoformat()}
        member.disabled_at = None
        AuditEntry.record(session, actor, "staff_enabled", member.id, before=before, after={"reason": reason})


def _lock_enabled_administrateurs(session: Session) -> set[str]:
    """Their ids; the rows stay locked, always in the same order, so that two who disable each other wait in turn."""
    query = select(StaffMember).where(StaffMember.role == Role.ADMINISTRATEUR).order_by(StaffMember.id)
    return {member.id for member in session.scalars(query.with_for_update()) if member.disabled_at is None}


def _check_actor(actor: Actor, administrateurs: set[str]) -> None:
    """An access token stays valid for some seconds after its owner was disabled. Raises Forbidden."""
    if actor.kind == "staff" and actor.id not in administrateurs:
        raise Forbidden()


def _lock_member(session: Session, staff_id: str) -> StaffMember:
    member = session.get(StaffMember, staff_id, with_for_update=True)
    if member is None:
        raise NotFound("Aucun compte de gestion ne porte cet identifiant.")
    return member
