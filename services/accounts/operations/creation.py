"""Creating an account. A known address gets the same answer as a new one, after the same work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.accounts import identity
from services.accounts.domain import throttling
from services.accounts.domain.account import NewAccount, read_new
from services.accounts.domain.emails import key_of
from services.accounts.models import Account, db
from services.accounts.operations import addresses, limits, pending_creations
from services.accounts.operations.races import until_alone
from services.accounts.parts import parts
from services.chassis.clock import portal_now, to_paris
from services.chassis.database.transactions import new_id
from services.chassis.events import follow_up


@dataclass(frozen=True)
class Created:
    """The address as typed, to which a mail goes in any case, and what this creation is called when it is sent again:
    an id that says nothing of whether there is one."""

    email: str
    creation: str


def create_account(values: Mapping[str, Any], source: str = "") -> Created:
    """Take in « Formulaire de création »; it waits for its activation beside any other at this address.

    `source` is the visitor's address. Raises Invalid with every mistake, Unavailable where too many hash at once,
    TooMany where too many mails were asked for at this mail address.
    """
    new = read_new(values, today=to_paris(portal_now()).date(), profile=parts().profile)
    with parts().passwords.turn(source):
        password_hash = pending_creations.password_hash(key_of(new.email), new.password)
    created = Created(new.email, new_id())
    until_alone(lambda: _store(new, password_hash, created.creation))
    return created


def _store(new: NewAccount, password_hash: str, creation_id: str) -> None:
    with db.operation() as session:
        _store_or_tell(session, new, password_hash, creation_id)


def _store_or_tell(session: Session, new: NewAccount, password_hash: str, creation_id: str) -> None:
    email_key = key_of(new.email)
    if wait := limits.seconds_over_quota(session, "creation", email_key, throttling.CREATIONS):
        raise limits.too_many_mails(wait)
    if owner := addresses.owner_of(session, email_key):
        follow_up(session, "send_address_known", {"owner_id": owner.id}, subject=owner.id)
        return
    account = Account(
        id=creation_id,
        email=new.email,
        email_key=email_key,
        password_hash=password_hash,
        created_at=portal_now(),
        version=1,
        **identity.columns_of(new.civil_status),
    )
    session.add(account)
    follow_up(session, "send_activation_mail", {"account_id": account.id}, subject=account.id)
