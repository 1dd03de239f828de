"""In which state a mailed link is, whose it is, and what its page says. Portal time."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.domain import mail_link_rules
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import Account, EmailChange, MailLink, StaffMember, db
from services.accounts.queries import accounts
from services.accounts.stored_secrets import hash_secret
from services.clock import portal_now
from services.contracts.account_rules import MemberState, State
from services.contracts.api.visitors import ActivationLink, Asked, LinkState

Owner = TypeVar("Owner", Account, StaffMember)


def link_state(purpose: Purpose, token: str) -> LinkState:
    """Return the state of the link, and what to tell about one that is not usable."""
    with db.reading() as transaction:
        state = state_by_token(transaction, purpose, token)
    return LinkState(
        state=state.value, detail=mail_link_rules.unusable_link_message(purpose, state)
    )


def activation_link(token: str) -> ActivationLink:
    """Return the state of an activation link; of a usable one also what was typed, so that nobody
    activates a stranger's."""
    link = link_state(Purpose.ACTIVATION, token)
    with db.reading() as transaction:
        creation = owner_by_token(transaction, Account, Purpose.ACTIVATION, token)
    if creation is None or link.state != State.USABLE:
        return ActivationLink(state=link.state, detail=link.detail)
    asked = Asked(
        nom_famille=creation.nom_famille,
        prenoms=creation.prenoms,
        date_naissance=creation.date_naissance,
        at=creation.created_at,
    )
    return ActivationLink(state=link.state, detail=link.detail, asked=asked)


def state_by_token(transaction: Session, purpose: Purpose, token: str) -> State:
    """Return the state of the link with this token and purpose; UNKNOWN where there is none."""
    return state_of(transaction, link_by_token(transaction, purpose, token))


def owner_by_token(
    transaction: Session, model: type[Owner], purpose: Purpose, token: str, *, lock: bool = False
) -> Owner | None:
    """Return the account (of an invitation: the member of staff) that the link belongs to, whatever
    its state."""
    row = link_by_token(transaction, purpose, token)
    if row is None or row.account_id is None:
        return None
    return transaction.get(model, row.account_id, with_for_update=lock, populate_existing=lock)


def link_by_token(
    transaction: Session, purpose: Purpose, token: str, *, lock: bool = False
) -> MailLink | None:
    row = transaction.get(
        MailLink, hash_secret(token), with_for_update=lock, populate_existing=lock
    )
    return row if row is not None and row.purpose == purpose else None


def state_of(transaction: Session, row: MailLink | None) -> State:
    if row is None:
        return State.UNKNOWN
    account = transaction.get(Account, row.account_id) if row.account_id else None
    is_activated = (
        row.purpose == Purpose.ACTIVATION
        and account is not None
        and account.activated_at is not None
    )
    used = row.used_at is not None or is_activated
    end = _end_of(transaction, row, account)
    return mail_link_rules.state_of(row.expires_at, portal_now(), used=used, end=end)


def _end_of(transaction: Session, row: MailLink, account: Account | None) -> State | None:
    """Tell how the link ended before its expiry; None where it has not. What it is for may have
    ended while its mail was on its way: the row was then not there to be closed, so it is looked up
    here."""
    if row.purpose == Purpose.STAFF_INVITATION:
        return _end_of_invitation(transaction, row)
    if account is None:
        return State.ENDED
    if row.email_change_id is not None:
        return _end_of_email_change(transaction, row, account)
    if (
        row.purpose == Purpose.ACTIVATION
        and accounts.owner_of(transaction, account.email_key) is not None
    ):
        return State.ENDED
    if row.closed_at is None:
        return None
    return State.REPLACED if row.purpose == Purpose.ACTIVATION else State.ENDED


def _end_of_invitation(transaction: Session, row: MailLink) -> State | None:
    member = transaction.get(StaffMember, row.account_id) if row.account_id else None
    if member is None or member.state is not MemberState.INVITED:
        return State.ENDED
    return None if row.closed_at is None else State.REPLACED


def _end_of_email_change(transaction: Session, row: MailLink, account: Account) -> State | None:
    email_change = transaction.get(EmailChange, row.email_change_id)
    if email_change is not None:
        return (
            State.ENDED
            if email_change.confirmed_at is not None or row.closed_at is not None
            else None
        )
    newer = select(EmailChange.id).where(
        EmailChange.account_id == account.id, EmailChange.confirmed_at.is_(None)
    )
    return State.REPLACED if transaction.scalars(newer).first() is not None else State.ENDED
