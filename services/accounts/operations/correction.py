"""Staff correct a civil status at the candidate's request, with a reason; his candidatures get a new version."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

from services.accounts import identity
from services.accounts.domain.account import read_correction
from services.accounts.models import Account, IdentityChange, db
from services.accounts.operations import audit, identity_changes
from services.accounts.operations.audit import Actor
from services.chassis.clock import portal_now, to_paris
from services.chassis.errors import Conflict, NotFound
from services.chassis.events import publish
from services.contracts.accounts import IdentityCorrected


def correct_identity(account_id: str, values: Mapping[str, Any], reason: str, actor: Actor) -> int:
    """Put the civil status typed in force, whatever candidatures exist; returns the identity's new version.

    Raises Invalid with every mistake, NotFound, Unavailable while the candidate's own change cannot be finished.
    """
    status = read_correction(values, today=to_paris(portal_now()).date())
    with suppress(Conflict):  # a candidature exists: the candidate's own pending change is dropped
        identity_changes.finish(account_id)
    with db.operation() as session:
        account = _account(session, account_id)
        before = identity.to_json(identity.civil_status_of(account))
        after = identity.to_json(status)
        if before == after:
            return account.version
        identity.write(account, status)
        account.version += 1
        session.flush()
        event = IdentityCorrected(account.id, identity.contract_of(account), reason)
        publish(session, event, subject=account.id)
        noted = {**after, "reason": reason, "version": account.version}
        audit.record(session, actor, "identity_corrected", account.id, before=before, after=noted)
        return account.version


def _account(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id, with_for_update=True)
    if account is None or account.activated_at is None:
        raise NotFound()
    if session.get(IdentityChange, account_id) is not None:  # asked for at this very moment
        raise Conflict("Le candidat modifie son compte en ce moment : réessayez.")
    return account
