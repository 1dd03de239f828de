"""What is sealed at rest, sealed anew by the first key, so that older keys can be dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import select

from services.accounts.models import StaffMember, db
from services.accounts.operations import audit
from services.accounts.operations.audit import Actor
from services.accounts.parts import parts

PAGE = 100
log = structlog.get_logger()


@dataclass(frozen=True)
class Resealed:
    """How many were sealed anew, and whose second factor no key in force opens (ids of staff): it is left as it is."""

    resealed: int = 0
    unopened: tuple[str, ...] = ()

    def and_then(self, other: Resealed) -> Resealed:
        return Resealed(self.resealed + other.resealed, self.unopened + other.unopened)


def reseal(actor: Actor, page: int = PAGE) -> Resealed:
    """Go through all second factors, a transaction a page: run again after an interruption it does what is left."""
    total, cursor = Resealed(), ""
    while True:
        done, cursor = _reseal_page(actor, cursor, page)
        total = total.and_then(done)
        if not cursor:
            return total


def _reseal_page(actor: Actor, cursor: str, page: int) -> tuple[Resealed, str]:
    """What was done to those after `cursor`, and the cursor of the next page; empty after the last."""
    query = select(StaffMember).where(StaffMember.id > cursor).order_by(StaffMember.id).limit(page)
    with db.operation() as session:
        members = session.scalars(query.with_for_update()).all()
        done = _resealed(members)
        if done.resealed:
            after = {"resealed": done.resealed}
            audit.record(session, actor, "second_factors_resealed", "staff", after=after)
    return done, members[-1].id if len(members) == page else ""


def _resealed(members: Sequence[StaffMember]) -> Resealed:
    resealed, unopened = 0, []
    for member in members:
        try:
            anew = parts().derivation.resealed(member.totp_sealed)
        except InvalidToken:
            log.error("second_factor_unopened", staff_id=member.id)
            unopened.append(member.id)
            continue
        if anew is not None:
            member.totp_sealed = anew
            resealed += 1
    return Resealed(resealed, tuple(unopened))
