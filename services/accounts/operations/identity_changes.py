"""Changing a civil status or deleting an account: committed as pending, registrations is asked,
then applied; no transaction spans the call. A job finishes what was interrupted: once registrations
refuses older identities, the new version must come into force."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.clients.registrations import CandidatureExists
from services.accounts.dependencies import dependencies
from services.accounts.domain.account_form import ALWAYS_MODIFIABLE
from services.accounts.domain.civil_status import CivilStatus
from services.accounts.models import Account, IdentityChange, db
from services.accounts.operations import credentials, provider_identities
from services.accounts.operations.credentials import NewCredentials
from services.accounts.operations.erasure import erase
from services.accounts.operations.passwords import wrong_password_error
from services.chassis.errors import (
    Conflict,
    DomainError,
    NotFound,
    PreconditionFailed,
    Unavailable,
    found,
)
from services.clock import portal_now
from services.contracts import problem_types

log = structlog.get_logger()
Result = TypeVar("Result")
TRIES = 3
_EARLIER_CHANGE_PENDING = (
    "Une modification précédente de votre compte est en cours de vérification : réessayez plus "
    "tard."
)


def refuse_outdated(account: Account, typed: Mapping[str, object]) -> None:
    """Raise PreconditionFailed for a form that says that it was made from another version of the
    account."""
    if typed.get("version", str(account.version)) != str(account.version):
        raise PreconditionFailed(
            "Cet état civil a été modifié dans une autre fenêtre pendant que vous le remplissiez. "
            "Rien n'a été remplacé : choisissez ce qui doit rester."
        )


def delete_account(account_id: str) -> None:
    """Erase the account. Raises as `change_civil_status`."""
    change_civil_status(account_id, None, {})


def erase_later(account_id: str) -> None:
    """Have the job erase the account, once registrations agrees: no process but this one has to
    run. Nothing is done where there is no such account, or a change of it is pending."""
    with suppress(NotFound, ChangePending):
        with db.operation() as transaction:
            found(transaction.get(Account, account_id, with_for_update=True)).engaged_at = None
        _store_pending_change(account_id, None, {})


def run_after_pending_change(transaction: Callable[[], Result], *, message: str) -> Result:
    """Run `transaction`; where it raises ChangePending, finish that change first, or drop it, and
    run it again. Raises Unavailable with `message` while neither can be done: nothing of
    `transaction` is done then."""
    for _ in range(TRIES):
        try:
            return transaction()
        except ChangePending as pending:
            try:
                with suppress(Conflict):
                    finish_pending_change(pending.account_id)
            except Unavailable as error:
                raise Unavailable(message) from error
    raise Unavailable(message)  # the candidate asks for change after change


def finish_pending_change(account_id: str) -> None:
    """Ask registrations and apply the pending change of this account, if there is one. Raises
    Conflict where a candidature exists (the change is then dropped), Unavailable (it stays
    pending)."""
    with db.reading() as transaction:
        pending = transaction.get(IdentityChange, account_id)
    if pending is None:
        return
    try:
        dependencies().registrations.put_identity_floor(account_id, pending.version)
        if pending.civil_status is None:
            dependencies().registrations.erase_candidate(account_id)
    except CandidatureExists as error:
        _drop_pending_change(account_id, pending.version)
        raise candidature_exists_error() from error
    except DomainError as error:
        raise Unavailable() from error
    _apply(account_id, pending.version)


def finish_all_pending_changes() -> None:
    """Finish every pending change; one that cannot be finished does not stop the others."""
    with db.reading() as transaction:
        account_ids = transaction.scalars(select(IdentityChange.account_id)).all()
    for account_id in account_ids:
        try:
            finish_pending_change(account_id)
        except DomainError as error:
            log.warning("identity_change_not_finished", account_id=account_id, reason=error.slug)


def candidature_exists_error() -> Conflict:
    return Conflict(
        f"Une candidature existe : {ALWAYS_MODIFIABLE}, et le compte ne peut pas être supprimé. "
        "Contactez le service gestionnaire.",
        problem=problem_types.CANDIDATURE_EXISTS,
    )


def change_civil_status(
    account_id: str,
    status: CivilStatus | None,
    typed: Mapping[str, object],
    new: NewCredentials | None = None,
) -> None:
    """Replace the civil status by that of a form, and the credentials that the same form changes,
    or nothing of it all; None erases the account. Raises Conflict `candidature-existante`,
    PreconditionFailed where the civil status is no longer the one that the form was made from,
    Invalid where the password was reset meanwhile, TooMany where too many mails were asked for,
    Unavailable (a job applies it)."""
    version = run_after_pending_change(
        lambda: _store_pending_change(account_id, status, typed, new),
        message=_EARLIER_CHANGE_PENDING,
    )
    try:
        finish_pending_change(account_id)
    except Unavailable as error:
        raise Unavailable(
            "Votre demande est enregistrée mais n'a pas encore pu être vérifiée : elle sera "
            "appliquée dès que possible, sauf si une candidature existe."
        ) from error
    _refuse_unapplied(account_id, version, status)


def _store_pending_change(
    account_id: str,
    status: CivilStatus | None,
    typed: Mapping[str, object],
    new: NewCredentials | None = None,
) -> int:
    with db.operation() as transaction:
        account = found(transaction.get(Account, account_id, with_for_update=True))
        if account.engaged_at is not None:
            raise candidature_exists_error()
        version = next_version(transaction, account_id)
        if account.civil_status != status:
            refuse_outdated(account, typed)
        if new is not None:
            credentials.accept(transaction, account, new)
        transaction.add(
            IdentityChange(
                account_id=account_id,
                version=version,
                civil_status=msgspec.to_builtins(status),
                requested_at=portal_now(),
                email=new.email if new else None,
                password_hash=new.password_hash if new else None,
                verified_hash=new.verified_hash if new else None,
            )
        )
        return version


def _refuse_unapplied(account_id: str, version: int, status: CivilStatus | None) -> None:
    """Tell why the change of this version did not come into force, though it is no longer pending;
    the job may have settled it in the meantime. Raises Conflict where a candidature exists, Invalid
    where the password was reset after it was verified."""
    with db.reading() as transaction:
        account = transaction.get(Account, account_id)
        pending = transaction.get(IdentityChange, account_id)
    if account is None or pending is not None:
        return
    if account.version < version:
        raise candidature_exists_error()
    if account.version == version and account.civil_status != status:
        raise wrong_password_error()


def _apply(account_id: str, version: int) -> None:
    with db.operation() as transaction:
        account, pending = _lock_account_and_change(transaction, account_id, version)
        if account is None or pending is None:
            return
        if pending.civil_status is None:
            erase(transaction, account)
            return
        # Also where nothing else changes: registrations refuses the older version from now on.
        account.version = version
        transaction.delete(pending)
        if pending.verified_hash not in (None, account.password_hash):  # reset meanwhile
            return
        account.civil_status = msgspec.convert(pending.civil_status, CivilStatus)
        provider_identities.forget(transaction, account_id)  # joined to another civil status
        if pending.verified_hash is not None:
            new = NewCredentials(pending.email, pending.password_hash, pending.verified_hash)
            credentials.replace(transaction, account, new)


def _drop_pending_change(account_id: str, version: int) -> None:
    with db.operation() as transaction:
        account, pending = _lock_account_and_change(transaction, account_id, version)
        if account is not None and pending is not None:
            account.engaged_at = account.engaged_at or portal_now()
            transaction.delete(pending)


def _lock_account_and_change(
    transaction: Session, account_id: str, version: int
) -> tuple[Account | None, IdentityChange | None]:
    """Return the account and its pending change of that version, locked; None where another process
    has already settled it."""
    account = transaction.get(Account, account_id, with_for_update=True)
    pending = transaction.get(IdentityChange, account_id)
    return account, pending if pending is not None and pending.version == version else None


class ChangePending(Conflict):
    """The next version is already given to a change that is neither in force nor dropped yet."""

    def __init__(self, account_id: str) -> None:
        super().__init__("Une modification de ce compte est en cours : réessayez.")
        self.account_id = account_id


def next_version(transaction: Session, account_id: str) -> int:
    """Return the version after the account's own, whose row stays locked. Call this before changing
    anything of the account. Raises NotFound, ChangePending."""
    current = found(
        transaction.scalar(
            select(Account.version).where(Account.id == account_id).with_for_update()
        )
    )
    if (
        transaction.scalar(
            select(IdentityChange.version).where(IdentityChange.account_id == account_id)
        )
        is not None
    ):
        raise ChangePending(account_id)
    return current + 1
