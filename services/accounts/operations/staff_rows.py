"""Rows of staff as operations lock them, always in the same order, and who may act on those of others."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.domain.staff import Role, member_state
from services.accounts.models import StaffMember
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, Forbidden, NotFound
from services.contracts import problem_types
from services.contracts.account_rules import MemberState


def lock_active_administrateurs(session: Session) -> set[str]:
    """Their ids; the rows stay locked, always in the same order, so that two who disable each other wait in turn.
    Who is only invited cannot act yet, and does not count."""
    query = select(StaffMember).where(StaffMember.role == Role.ADMINISTRATEUR).order_by(StaffMember.id)
    return {
        member.id
        for member in session.scalars(query.with_for_update())
        if member_state(member.invited_at, member.disabled_at) is MemberState.ACTIVE
    }


def check_actor(actor: Actor, administrateurs: set[str]) -> None:
    """An access token stays valid for some seconds after its owner was disabled. Raises Forbidden."""
    if actor.kind == "staff" and actor.id not in administrateurs:
        raise Forbidden()


def lock_member(session: Session, staff_id: str) -> StaffMember:
    """Raises NotFound."""
    member = session.get(StaffMember, staff_id, with_for_update=True)
    if member is None:
        raise NotFound("Aucun compte de gestion ne porte cet identifiant.")
    return member


def refuse_disabled(member: StaffMember) -> None:
    """Raises Conflict."""
    if member.disabled_at is not None:
        detail = "Ce compte de gestion est désactivé : réactivez-le d'abord."
        raise Conflict(detail, problem=problem_types.REACTIVATION_REQUIRED)
