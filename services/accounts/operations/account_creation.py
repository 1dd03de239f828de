"""Creating an account. A known address gets the same answer as a new one, after the same work, so that the answer
reveals to nobody who has an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.accounts import civil_status_mapping
from services.accounts.dependencies import dependencies
from services.accounts.domain import throttling
from services.accounts.domain.account_input import NewAccount, read_new
from services.accounts.domain.emails import key_of
from services.accounts.models import Account, db
from services.accounts.operations import pending_creations, rate_limits
from services.accounts.operations.integrity_retries import retry_on_integrity_error
from services.accounts.queries import accounts_by_address
from services.chassis.clock import portal_now, to_paris
from services.chassis.database.transactions import new_id
from services.chassis.events import follow_up
from services.contracts.api.visitors import Created


def create_account(values: Mapping[str, Any], source: str = "") -> Created:
    """Store what « Formulaire de création » says; it waits for its activation beside any other at this address.

    `source` is the visitor's network address. Raises Invalid with every mistake, Unavailable where the hashing queue is
    full, TooMany where too many mails were asked for at this mail address.
    """
    new = read_new(values, today=to_paris(portal_now()).date(), profile=dependencies().profile)
    with dependencies().password_hasher.turn(source):
        password_hash = pending_creations.hash_creation_password(key_of(new.email), new.password)
    created = Created(email=new.email, creation=new_id())
    retry_on_integrity_error(lambda: _store(new, password_hash, created.creation))
    return created


def _store(new: NewAccount, password_hash: str, creation_id: str) -> None:
    with db.operation() as session:
        _store_or_mail_owner(session, new, password_hash, creation_id)


def _store_or_mail_owner(session: Session, new: NewAccount, password_hash: str, creation_id: str) -> None:
    email_key = key_of(new.email)
    if wait := rate_limits.count_mail_request(session, "creation", email_key, throttling.CREATIONS):
        raise rate_limits.too_many_mails_error(wait)
    if owner := accounts_by_address.owner_of(session, email_key):
        follow_up(session, "send_address_known", {"owner_id": owner.id}, subject=owner.id)
        return
    account = Account(
        id=creation_id,
        email=new.email,
        email_key=email_key,
        password_hash=password_hash,
        created_at=portal_now(),
        version=1,
        **civil_status_mapping.account_columns(new.civil_status),
    )
    session.add(account)
    follow_up(session, "send_activation_mail", {"account_id": account.id}, subject=account.id)
