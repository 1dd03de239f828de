"""What administrators do with a candidate's account, each act in the audit trail: look at it, send
the link of activation again, correct a civil status with a reason; registrations then gives each
candidature a new version."""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy.orm import Session

from services.accounts.domain.account_input import read_correction
from services.accounts.domain.civil_status import CivilStatus
from services.accounts.models import Account, AuditEntry, db
from services.accounts.operations import provider_identities
from services.accounts.operations.account_creation import resend_activation_mail
from services.accounts.operations.identity_changes import (
    next_version,
    refuse_outdated,
    run_after_pending_change,
)
from services.accounts.queries.accounts import identity_of
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, NotFound, found
from services.chassis.events import publish
from services.clock import portal_now, to_paris
from services.contracts.accounts import IdentityCorrected
from services.contracts.api.candidate_accounts import Corrected

_CANDIDATES_CHANGE_PENDING = (
    "Le candidat a demandé une modification de son compte, en cours de vérification : réessayez "
    "dans quelques minutes."
)


def correct_identity(
    candidate_id: str, values: Mapping[str, object], reason: str, actor: Actor
) -> Corrected:
    """Replace the civil status, whether or not candidatures exist. Raises Invalid with every
    mistake, NotFound, PreconditionFailed where it is no longer that of the form, Unavailable while
    the candidate's own change cannot be finished."""
    with db.reading() as transaction:
        current = _account(transaction, candidate_id).civil_status
    status = read_correction(values, today=to_paris(portal_now()).date(), current=current)
    version = run_after_pending_change(
        lambda: _correct(candidate_id, status, values, reason, actor),
        message=_CANDIDATES_CHANGE_PENDING,
    )
    return Corrected(version=version)


def _correct(
    account_id: str, status: CivilStatus, typed: Mapping[str, object], reason: str, actor: Actor
) -> int:
    with db.operation() as transaction:
        account = _account(transaction, account_id, lock=True)
        version = next_version(transaction, account_id)
        before, after = map(msgspec.to_builtins, (account.civil_status, status))
        if before == after:
            return account.version
        refuse_outdated(account, typed)
        account.civil_status = status
        account.version = version
        account.certified_by = None
        provider_identities.forget(transaction, account.id)
        transaction.flush()
        publish(
            transaction,
            IdentityCorrected(account.id, identity_of(account), reason),
            subject=account.id,
        )
        audited = {**after, "reason": reason, "version": version}
        AuditEntry.record(
            transaction, actor, "identity_corrected", account.id, before=before, after=audited
        )
        return version


def _account(transaction: Session, account_id: str, *, lock: bool = False) -> Account:
    account = transaction.get(Account, account_id, with_for_update=lock)
    if account is None or account.activated_at is None:
        raise NotFound()
    return account


def record_openings(account_ids: Iterable[str], actor: Actor) -> None:
    """Note who has read these accounts."""
    with db.operation() as transaction:
        for account_id in account_ids:
            AuditEntry.record(transaction, actor, "account_opened", account_id)


def resend_activation_for(candidate_id: str, actor: Actor) -> None:
    """Mail the link of activation again, and close the older one. Raises NotFound, Conflict for an
    account that is activated."""
    with db.operation() as transaction:
        account = found(transaction.get(Account, candidate_id))
        if account.activated_at is not None:
            raise Conflict("Ce compte est déjà activé.")
        resend_activation_mail(transaction, account.email_key, account.id)
        AuditEntry.record(transaction, actor, "activation_resent", account.id)
