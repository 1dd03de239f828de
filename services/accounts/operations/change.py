"""« Modifier mes informations » (guide §4): everything before the first candidature, then mail and password only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.accounts import identity
from services.accounts.domain.account import Changes, read_changes, typed_values
from services.accounts.domain.links import Purpose
from services.accounts.models import Account, db
from services.accounts.operations import current_password, identity_changes, links, pending_email, sessions
from services.accounts.parts import parts
from services.chassis.clock import portal_now, to_paris
from services.chassis.errors import NotFound

_PLACES = ("ville_naissance", "commune_naissance", "commune_hors_liste", "commune_naissance_libre")


def change_account(account_id: str, values: Mapping[str, Any]) -> bool:
    """Apply what was typed; True where a new address now waits for its owner's confirmation.

    Raises Invalid with every mistake, Conflict `candidature-existante`, TooMany (current password tried too often),
    Unavailable. A changed password ends every session, this one too, and an address that waited.
    """
    account = _account(account_id)
    touches = _touches_civil_status(account, values)
    frozen = not touches or is_frozen(account)  # registrations is asked where its answer matters, and only there
    if touches and frozen and account.engaged_at is None:
        _remember_engaged(account_id)
    changes = read_changes(
        values,
        today=to_paris(portal_now()).date(),
        profile=parts().profile,
        current=identity.civil_status_of(account),
        current_email=account.email,
        frozen=frozen,
    )
    if touches and frozen:
        raise identity_changes.engaged()
    if changes.needs_password:
        current_password.check(account, changes.current_password)
    # Before anything is changed: where too many hash at once, nothing is.
    password_hash = parts().passwords.hash(changes.password) if changes.password else None
    if changes.civil_status is not None:
        identity_changes.change_civil_status(account_id, changes.civil_status)
    if changes.needs_password:
        _change_access(account_id, changes, password_hash, checked=account.password_hash)
    return changes.email is not None


def is_frozen(account: Account) -> bool:
    """Whether a candidature was ever saved. Writes nothing: pages ask it too. Raises Unavailable."""
    return account.engaged_at is not None or parts().registrations.is_engaged(account.id)


def _remember_engaged(account_id: str) -> None:
    """From now on nobody has to be asked, whatever process serves the candidate."""
    with db.operation() as session:
        stored = session.get(Account, account_id, with_for_update=True)
        if stored is not None and stored.engaged_at is None:
            stored.engaged_at = portal_now()


def _account(account_id: str) -> Account:
    with db.reading() as session:
        account = session.get(Account, account_id)
    if account is None:
        raise NotFound()
    return account


def _touches_civil_status(account: Account, values: Mapping[str, Any]) -> bool:
    """Whether a field of the civil status was sent that says something else; pages do not send greyed ones."""
    current = dict.fromkeys(_PLACES, "") | typed_values(identity.civil_status_of(account), account.email)
    kept = {"email", "email_confirmation"}
    return any(values.get(name, typed) != typed for name, typed in current.items() if name not in kept)


def _change_access(account_id: str, changes: Changes, password_hash: str | None, *, checked: str) -> None:
    """`password_hash` is the new one's, `checked` that of the password just typed, which a reset may end meanwhile."""
    with db.operation() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None:
            raise NotFound()
        if account.password_hash != checked:
            raise current_password.wrong()
        if password_hash is not None:
            account.password_hash = password_hash
            sessions.end_all(session, account_id)
            links.close(session, account_id, Purpose.RESET)
            pending_email.end(session, account_id)
        if changes.email is not None:
            pending_email.ask(session, account, changes.email)
