"""What staff see of a candidate's account, found by its mail address."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts import civil_status_mapping
from services.accounts.domain import account_form
from services.accounts.domain.account_input import typed_values
from services.accounts.domain.emails import key_of
from services.accounts.models import Account, MailRefusal, db
from services.accounts.queries import accounts_by_address
from services.chassis.errors import NotFound
from services.contracts.api.candidate_accounts import Candidate, CandidateDetail, Candidates, RefusedMails
from services.contracts.api.operation import answer_of


def candidates_at(email: str) -> Candidates:
    """The account of this address, else the creations that wait for it, newest first."""
    email_key = key_of(email)
    with db.reading_for_staff() as session:
        account = accounts_by_address.account_at(session, email_key)
        accounts = [account] if account else accounts_by_address.pending_creations_at(session, email_key)
        return Candidates(candidates=tuple(_candidate(session, account) for account in accounts))


def candidate(candidate_id: str) -> CandidateDetail:
    """An account, activated or not, with the `form` of its civil status. Raises NotFound."""
    with db.reading() as session:
        account = session.get(Account, candidate_id)
        if account is None:
            raise NotFound()
        answer = _candidate(session, account)
    return answer_of(CandidateDetail, answer, form=account_form.correction(answer.values))


def _candidate(session: Session, account: Account) -> Candidate:
    refusals = session.scalars(select(MailRefusal).where(MailRefusal.account_id == account.id)).all()
    return answer_of(
        Candidate,
        account,
        activated=account.activated_at is not None,
        refused_mails=tuple(answer_of(RefusedMails, refusal, since=refusal.refused_at) for refusal in refusals),
        values=typed_values(civil_status_mapping.civil_status_of(account), account.email),
    )
