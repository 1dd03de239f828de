"""Changing a civil status or deleting an account: committed as pending, agreed by registrations, then done.

No transaction spans the call. Whatever stops half-way is finished by a job: once registrations refuses older
identities, the new version must come into force.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts import identity
from services.accounts.domain.civil_status import CivilStatus
from services.accounts.models import Account, IdentityChange, db
from services.accounts.operations.erasure import erase
from services.accounts.operations.identity_versions import ChangePending, next_version
from services.accounts.parts import parts
from services.accounts.registrations import CandidatureExists
from services.chassis.clock import portal_now
from services.chassis.errors import Conflict, DomainError, NotFound, Unavailable
from services.contracts import problem_types

log = structlog.get_logger()
Result = TypeVar("Result")
TRIES = 3
_EARLIER_ONE_WAITS = "Une modification précédente de votre compte est en cours de vérification : réessayez plus tard."


def change_civil_status(account_id: str, status: CivilStatus) -> None:
    """Replace the civil status. Raises Conflict `candidature-existante`, Unavailable (it will then be done later)."""
    _ask(account_id, status)


def delete_account(account_id: str) -> None:
    """Erase the account. Raises Conflict `candidature-existante`, Unavailable (it will then be done later)."""
    _ask(account_id, None)


def after_pending(act: Callable[[], Result], *, waiting: str) -> Result:
    """Run `act`, a whole transaction; where it meets a pending change, finish that first and run it again.

    A pending change that a candidature forbids is dropped. Raises Unavailable with the sentence `waiting` while it can
    be neither finished nor dropped: nothing of `act` is done then.
    """
    for _ in range(TRIES):
        try:
            return act()
        except ChangePending as met:
            _finish_or_drop(met.account_id, waiting)
    raise Unavailable(waiting)  # the candidate asks for change after change


def finish(account_id: str) -> None:
    """Carry the pending change out, if there is one.

    Raises Conflict where a candidature exists: it is then dropped; Unavailable: it stays pending.
    """
    with db.reading() as session:
        pending = session.get(IdentityChange, account_id)
    if pending is None:
        return
    try:
        parts().registrations.put_floor(account_id, pending.version)
        if pending.civil_status is None:
            parts().registrations.erase(account_id)
    except CandidatureExists as error:
        _drop(account_id, pending.version)
        raise engaged() from error
    except DomainError as error:
        raise Unavailable() from error
    _carry_out(account_id, pending.version)


def finish_all() -> None:
    """Finish what was left pending; one that cannot be finished does not stop the others."""
    with db.reading() as session:
        waiting = session.scalars(select(IdentityChange.account_id)).all()
    for account_id in waiting:
        try:
            finish(account_id)
        except DomainError as error:
            log.warning("identity_change_not_finished", account_id=account_id, reason=error.slug)


def engaged() -> Conflict:
    return Conflict(
        "Une candidature existe : seuls l'adresse mail et le mot de passe sont modifiables, "
        "et le compte ne peut pas être supprimé. Contactez le service gestionnaire.",
        problem=problem_types.CANDIDATURE_EXISTS,
    )


def _ask(account_id: str, status: CivilStatus | None) -> None:
    version = after_pending(lambda: _store(account_id, status), waiting=_EARLIER_ONE_WAITS)
    try:
        finish(account_id)
    except Unavailable as error:
        raise _later() from error
    if _is_dropped(account_id, version):  # by the job, which was faster
        raise engaged()


def _store(account_id: str, status: CivilStatus | None) -> int:
    with db.operation() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None:
            raise NotFound()
        if account.engaged_at is not None:
            raise engaged()
        version = next_version(session, account_id)
        session.add(
            IdentityChange(
                account_id=account_id,
                version=version,
                civil_status=None if status is None else identity.to_json(status),
                requested_at=portal_now(),
            )
        )
        return version


def _is_dropped(account_id: str, version: int) -> bool:
    """Whether a change is no longer pending and never came into force."""
    with db.reading() as session:
        account = session.get(Account, account_id)
        pending = session.get(IdentityChange, account_id)
    return account is not None and pending is None and account.version < version


def _finish_or_drop(account_id: str, waiting: str) -> None:
    try:
        with suppress(Conflict):
            finish(account_id)
    except Unavailable as error:
        raise Unavailable(waiting) from error


def _carry_out(account_id: str, version: int) -> None:
    with db.operation() as session:
        account, pending = _locked(session, account_id, version)
        if account is None or pending is None:
            return
        if pending.civil_status is None:
            erase(session, account)
            return
        identity.write(account, identity.from_json(pending.civil_status))
        account.version = version
        session.delete(pending)


def _drop(account_id: str, version: int) -> None:
    with db.operation() as session:
        account, pending = _locked(session, account_id, version)
        if account is not None and pending is not None:
            account.engaged_at = account.engaged_at or portal_now()
            session.delete(pending)


def _locked(session: Session, account_id: str, version: int) -> tuple[Account | None, IdentityChange | None]:
    """The account and its pending change of that version; None where another process was faster."""
    account = session.get(Account, account_id, with_for_update=True)
    pending = session.get(IdentityChange, account_id)
    return account, pending if pending is not None and pending.version == version else None


def _later() -> Unavailable:
    return Unavailable(
        "Votre demande est enregistrée mais n'a pas encore pu être vérifiée : elle sera appliquée dès que possible, "
        "sauf si une candidature existe."
    )
