"""What a candidate sees of their own account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from services.accounts import civil_status_mapping
from services.accounts.dependencies import dependencies
from services.accounts.domain import account_form
from services.accounts.domain.account_input import typed_values
from services.accounts.domain.mail_link_rules import EMAIL_CHANGE_LIFETIME
from services.accounts.models import Account, EmailChange, db
from services.chassis.clock import portal_now
from services.chassis.errors import DomainError, NotFound
from services.contracts.account_rules import Editable
from services.contracts.api.operation import answer_of
from services.contracts.api.own_account import MyAccount, MyAddresses


def my_account(account_id: str, typed: dict[str, Any] | None = None) -> MyAccount:
    """The account and its form, in which what was typed replaces what is stored. Raises NotFound."""
    account = stored_account(account_id)
    notice = _frozen_notice(account)
    values = typed_values(civil_status_mapping.civil_status_of(account), account.email) | (typed or {})
    form = account_form.change(values, dependencies().profile, frozen_notice=notice)
    editable = Editable.ALL if notice is None else Editable.CONTACT_ONLY
    return answer_of(MyAccount, account, editable=editable.value, pending_email=_pending_email(account), form=form)


def my_addresses(account_id: str) -> MyAddresses:
    """Raises NotFound."""
    account = stored_account(account_id)
    return MyAddresses(email=account.email, pending_email=_pending_email(account))


def my_signed_identity(account_id: str) -> str:
    """The identity in force, as a signed token; a pending change is not in it yet. Raises NotFound."""
    return civil_status_mapping.signed_identity(stored_account(account_id))


def stored_account(account_id: str) -> Account:
    """Raises NotFound for an account erased meanwhile."""
    with db.reading() as session:
        account = session.get(Account, account_id)
    if account is None:
        raise NotFound()
    return account


def is_frozen(account: Account) -> bool:
    """Whether a candidature was ever saved, so that the civil status cannot change; may ask registrations.

    Raises Unavailable.
    """
    return account.engaged_at is not None or dependencies().registrations.is_engaged(account.id)


def _frozen_notice(account: Account) -> str | None:
    """Why only mail and password can change; None where everything can."""
    try:
        return account_form.FROZEN_NOTICE if is_frozen(account) else None
    except DomainError:  # registrations does not answer: mail and password can be changed nevertheless
        return account_form.UNSURE_NOTICE


def _pending_email(account: Account) -> str | None:
    latest = (
        select(EmailChange)
        .where(EmailChange.account_id == account.id, EmailChange.requested_at > portal_now() - EMAIL_CHANGE_LIFETIME)
        .order_by(EmailChange.requested_at.desc())
        .limit(1)
    )
    with db.reading() as session:
        email_change = session.scalars(latest).one_or_none()
    return email_change.address if email_change is not None and email_change.confirmed_at is None else None
