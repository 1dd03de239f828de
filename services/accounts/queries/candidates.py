"""What staff see of a candidate's account, found by its mail address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts import civil_status_mapping
from services.accounts.domain import account_form
from services.accounts.domain.account_input import typed_values
from services.accounts.domain.emails import key_of
from services.accounts.models import Account, MailRefusal, db
from services.accounts.queries import accounts_by_address
from services.chassis.errors import NotFound


def candidates_at(email: str) -> list[dict[str, Any]]:
    """The account of this address, else the creations that wait for it, newest first."""
    email_key = key_of(email)
    with db.reading_for_staff() as session:
        account = accounts_by_address.account_at(session, email_key)
        accounts = [account] if account else accounts_by_address.pending_creations_at(session, email_key)
        return [_candidate(session, account) for account in accounts]


def candidate(candidate_id: str) -> dict[str, Any]:
    """An account, activated or not, with the `form` of its civil status. Raises NotFound."""
    with db.reading() as session:
        account = session.get(Account, candidate_id)
        if account is None:
            raise NotFound()
        answer = _candidate(session, account)
    return {**answer, "form": account_form.correction(answer["values"])}


def _candidate(session: Session, account: Account) -> dict[str, Any]:
    refusals = session.scalars(select(MailRefusal).where(MailRefusal.account_id == account.id)).all()
    return {
        "id": account.id,
        "email": account.email,
        "activated": account.activated_at is not None,
        "version": account.version,
        "refused_mails": [{"address": row.address, "code": row.code, "since": row.refused_at} for row in refusals],
        "values": typed_values(civil_status_mapping.civil_status_of(account), account.email),
    }
