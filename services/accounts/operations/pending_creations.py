"""Creations that wait for their activation: their passwords, and their mail sent again.

Each is independent of the others, even of those at the same address (decision 0020).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import Account
from services.accounts.operations import mail_links
from services.accounts.queries.accounts_by_address import pending_creations_at
from services.chassis.events import follow_up


def hash_creation_password(email_key: str, password: str) -> str:
    """The hash of a creation's password. All creations at one address share a salt: a log-in hashes once for all of
    them, so that its duration reveals neither their number nor whether the address has an account."""
    salt = bytes.fromhex(dependencies().derived_keys.trace("creation", email_key))[:16]
    return dependencies().password_hasher.hash(password, salt=salt)


def creation_with_password(hashes: Sequence[tuple[str, str]], email_key: str, password: str) -> str | None:
    """The id of the first creation with this password, among the (id, hash) of those at one address; hashes once."""
    if len(hashes) == 1:  # verified with the parameters and salt in the hash, whichever were in force at the creation
        return hashes[0][0] if dependencies().password_hasher.matches(hashes[0][1], password) else None
    typed_hash = hash_creation_password(email_key, password)
    return next((id for id, stored in hashes if hmac.compare_digest(stored, typed_hash)), None)


def resend_activation_mail(session: Session, email_key: str, creation_id: str | None = None) -> None:
    """Mail the link of that creation again, else of the newest at this address; its older links are closed at once."""
    pending = pending_creations_at(session, email_key)
    chosen = next((creation for creation in pending if creation.id == creation_id), None) or next(iter(pending), None)
    if chosen is None or session.get(Account, chosen.id, with_for_update=True, populate_existing=True) is None:
        return
    mail_links.close(session, chosen.id, Purpose.ACTIVATION)
    follow_up(session, "send_activation_mail", {"account_id": chosen.id}, subject=chosen.id)
