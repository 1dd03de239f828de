"""Creations that wait for their activation: each stands by itself, whoever asked for it at whatever address."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.domain.links import Purpose
from services.accounts.models import Account
from services.accounts.operations import links
from services.accounts.parts import parts
from services.chassis.events import follow_up


def waiting_at(session: Session, email_key: str, *, lock: bool = False) -> Sequence[Account]:
    """Those that wait for this address, newest first. Locked they are by id, so that no two wait for each other."""
    query = select(Account).where(Account.email_key == email_key, Account.activated_at.is_(None))
    if lock:
        return session.scalars(query.order_by(Account.id).with_for_update()).all()
    return session.scalars(query.order_by(Account.created_at.desc(), Account.id)).all()


def password_hash(email_key: str, password: str) -> str:
    """The hash of a creation's password. Those of one address share their salt: a log-in hashes once for them all, so
    that the time it takes tells neither their number nor whether the address has an account."""
    salt = bytes.fromhex(parts().derivation.trace("creation", email_key))[:16]
    return parts().passwords.hash(password, salt=salt)


def with_password(hashes: Sequence[tuple[str, str]], email_key: str, password: str) -> str | None:
    """Of (id, hash) of creations at one address, the id of the first with this password; hashes once."""
    if len(hashes) == 1:  # checked by its own settings and salt, whichever were in force at the creation
        return hashes[0][0] if parts().passwords.matches(hashes[0][1], password) else None
    typed = password_hash(email_key, password)
    return next((id for id, stored in hashes if hmac.compare_digest(stored, typed)), None)


def mail_again(session: Session, email_key: str, creation_id: str | None = None) -> None:
    """Mail the link of that creation once more, else of the newest at this address; its older links die at once."""
    waiting = waiting_at(session, email_key)
    chosen = next((creation for creation in waiting if creation.id == creation_id), None) or next(iter(waiting), None)
    if chosen is None or session.get(Account, chosen.id, with_for_update=True, populate_existing=True) is None:
        return
    links.close(session, chosen.id, Purpose.ACTIVATION)
    follow_up(session, "send_activation_mail", {"account_id": chosen.id}, subject=chosen.id)
