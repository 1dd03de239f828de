"""Second factors sealed again with the first key, so that older keys can be dropped (command `reseal-secrets`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import select

from services.accounts.dependencies import dependencies
from services.accounts.models import AuditEntry, StaffMember, db
from services.chassis.database.audit import Actor

PAGE = 100
log = structlog.get_logger()


@dataclass(frozen=True)
class ResealResult:
    """How many were sealed again, and the ids of staff whose second factor no key in force opens (left as it is)."""

    resealed: int = 0
    unopened: tuple[str, ...] = ()

    def plus(self, other: ResealResult) -> ResealResult:
        return ResealResult(self.resealed + other.resealed, self.unopened + other.unopened)


def reseal_second_factors(actor: Actor, page: int = PAGE) -> ResealResult:
    """All second factors, one transaction per page; run again after an interruption it does what remains."""
    total, cursor = ResealResult(), ""
    while True:
        result, cursor = _reseal_page(actor, cursor, page)
        total = total.plus(result)
        if not cursor:
            return total


def _reseal_page(actor: Actor, cursor: str, page: int) -> tuple[ResealResult, str]:
    """What became of those after `cursor`, and the cursor of the next page; empty after the last."""
    query = select(StaffMember).where(StaffMember.id > cursor).order_by(StaffMember.id).limit(page)
    with db.operation() as session:
        members = session.scalars(query.with_for_update()).all()
        result = _reseal(members)
        if result.resealed:
            after = {"resealed": result.resealed}
            AuditEntry.record(session, actor, "second_factors_resealed", "staff", after=after)
    return result, members[-1].id if len(members) == page else ""


def _reseal(members: Sequence[StaffMember]) -> ResealResult:
    resealed, unopened = 0, []
    for member in members:
        try:
            newly_sealed = dependencies().derived_keys.reseal(member.totp_sealed)
        except InvalidToken:
            log.error("second_factor_unopened", staff_id=member.id)
            unopened.append(member.id)
            continue
        if newly_sealed is not None:
            member.totp_sealed = newly_sealed
            resealed += 1
    return ResealResult(resealed, tuple(unopened))
