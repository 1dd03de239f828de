"""Somebody of the staff leaves, or comes back: nothing of his is deleted, and the trail says who decided and why."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.domain.staff import Role
from services.accounts.models import StaffMember, db
from services.accounts.operations import audit
from services.accounts.operations.audit import Actor
from services.accounts.operations.sessions import end_all
from services.accounts.operations.staff import revoke_all
from services.chassis.clock import system_now
from services.chassis.errors import Conflict, Forbidden, NotFound
from services.contracts import problem_types


def disable_staff(staff_id: str, reason: str, actor: Actor) -> None:
    """He no longer comes in, his sessions and tokens end; for who is disabled already nothing changes.

    Raises NotFound, Forbidden for an actor who is disabled himself, Conflict for oneself and for the last
    administrateur who is not disabled.
    """
    with db.operation() as session:
        administrateurs = _enabled_administrateurs(session)
        _check_actor(actor, administrateurs)
        member = _locked(session, staff_id)
        if member.disabled_at is not None:
            return
        if actor.id == member.id:
            raise Conflict("Vous ne pouvez pas désactiver votre propre compte.", problem=problem_types.OWN_ACCOUNT)
        if administrateurs == {member.id}:
            raise Conflict(
                "C'est le dernier administrateur : créez-en un autre d'abord.", problem=problem_types.LAST_ADMINISTRATOR
            )
        member.disabled_at = system_now()
        end_all(session, member.id)
        revoke_all(session, member.id)
        audit.record(session, actor, "staff_disabled", member.id, after={"reason": reason})


def enable_staff(staff_id: str, reason: str, actor: Actor) -> None:
    """He logs in again with what he had; his tokens stay ended. For who is not disabled nothing changes.

    Raises NotFound, Forbidden for an actor who is disabled himself.
    """
    with db.operation() as session:
        _check_actor(actor, _enabled_administrateurs(session))
        member = _locked(session, staff_id)
        if member.disabled_at is None:
            return
        before = {"disabled_at": member.disabled_at.isoformat()}
        member.disabled_at = None
        audit.record(session, actor, "staff_enabled", member.id, before=before, after={"reason": reason})


def _enabled_administrateurs(session: Session) -> set[str]:
    """Their ids, held until the end of the transaction: two who disable each other wait, in one order."""
    those = select(StaffMember).where(StaffMember.role == Role.ADMINISTRATEUR).order_by(StaffMember.id)
    return {member.id for member in session.scalars(those.with_for_update()) if member.disabled_at is None}


def _check_actor(actor: Actor, administrateurs: set[str]) -> None:
    """His access token may outlive by some seconds what he was allowed to do."""
    if actor.kind == "staff" and actor.id not in administrateurs:
        raise Forbidden()


def _locked(session: Session, staff_id: str) -> StaffMember:
    member = session.get(StaffMember, staff_id, with_for_update=True)
    if member is None:
        raise NotFound("Aucun compte de gestion ne porte cet identifiant.")
    return member
