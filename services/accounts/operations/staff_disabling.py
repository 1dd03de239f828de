"""Staff accounts are disabled when somebody leaves and enabled again when they come back; nothing is deleted.

The audit trail says who decided and why.
"""

from __future__ import annotations

from services.accounts.models import AuditEntry, db
from services.accounts.operations.sessions import end_all_sessions
from services.accounts.operations.staff_accounts import revoke_all_tokens
from services.accounts.operations.staff_rows import check_actor, lock_active_administrateurs, lock_member
from services.chassis.clock import system_now
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict
from services.contracts import problem_types


def disable_staff(staff_id: str, reason: str, actor: Actor) -> None:
    """Refuse further log-ins, end sessions and revoke tokens; nothing changes for an account already disabled.

    Raises NotFound, Forbidden for an actor who is disabled, Conflict for one's own account and for the last enabled
    administrateur.
    """
    with db.operation() as session:
        administrateurs = lock_active_administrateurs(session)
        check_actor(actor, administrateurs)
        member = lock_member(session, staff_id)
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
        check_actor(actor, lock_active_administrateurs(session))
        member = lock_member(session, staff_id)
        if member.disabled_at is None:
            return
        before = {"disabled_at": member.disabled_at.isoformat()}
        member.disabled_at = None
        AuditEntry.record(session, actor, "staff_enabled", member.id, before=before, after={"reason": reason})
