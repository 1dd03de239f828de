"""Activating an account by its mailed link, and asking for another mail."""

from __future__ import annotations

from sqlalchemy import select

from services.accounts.domain import throttling
from services.accounts.domain.emails import key_of
from services.accounts.domain.links import Purpose
from services.accounts.models import Account, db
from services.accounts.operations import limits, links
from services.accounts.operations.races import until_alone
from services.chassis.clock import portal_now
from services.chassis.events import follow_up


def resend_activation(email: str) -> None:
    """« Je n'ai pas reçu le mail » : mail again if an account waits there; the answer never tells.

    Raises TooMany beyond a few an hour, for unknown addresses as well.
    """
    until_alone(lambda: _resend(key_of(email)))


def _resend(email_key: str) -> None:
    with db.operation() as session:
        if wait := limits.seconds_over_quota(session, "resend", email_key, throttling.RESENDS):
            raise limits.too_many_mails(wait)
        account = session.scalars(select(Account).where(Account.email_key == email_key)).one_or_none()
        if account is None:
            return
        if account.activated_at is None:
            follow_up(session, "send_activation_mail", {"account_id": account.id}, subject=account.id)
        else:
            follow_up(session, "send_address_known", {"owner_id": account.id}, subject=account.id)


def activate(token: str) -> str:
    """The account can be used; returns its address. Raises Gone: expired, used or unknown link."""
    with db.operation() as session:
        _, account = links.use(session, Purpose.ACTIVATION, token)
        account.activated_at = portal_now()
        return account.email
