"""What candidates and staff see of an account, found by its mail address or by birth date and name;
who has an address: one activated account or staff member at most, and any number of pending
creations.

`email_key` is the form under which an address is unique (domain/emails.py)."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain import account_form
from services.accounts.domain.account_input import typed_values
from services.accounts.domain.emails import key_of
from services.accounts.models import Account, EmailChange, MailRefusal, StaffMember, db
from services.chassis.errors import DomainError, Invalid, found
from services.clock import portal_now
from services.contracts.account_rules import EMAIL_CHANGE_LIFETIME, Editable
from services.contracts.accounts import Identity
from services.contracts.api.candidate_accounts import (
    Candidate,
    CandidateDetail,
    Candidates,
    RefusedMails,
)
from services.contracts.api.own_account import MyAccount, MyAddresses, SignedIdentity
from services.contracts.page_sizes import ACCOUNTS_SHOWN
from services.reference.text import folded

Person = Account | StaffMember


def my_account(account_id: str, typed: Mapping[str, object] | None = None) -> MyAccount:
    """Return the account and its form, in which what was typed replaces what is stored. Raises
    NotFound."""
    account = stored_account(account_id)
    notice = _frozen_notice(account)
    form = account_form.change(
        {**_values(account), **(typed or {})}, dependencies().profile, frozen_notice=notice
    )
    editable = Editable.ALL if notice is None else Editable.CONTACT_ONLY
    return MyAccount(
        email=account.email,
        pending_email=_pending_email(account),
        editable=editable.value,
        last_login_at=account.last_login_at,
        form=form,
    )


def my_addresses(account_id: str) -> MyAddresses:
    """Return the address of the account, and the one that waits. Raises NotFound."""
    account = stored_account(account_id)
    return MyAddresses(email=account.email, pending_email=_pending_email(account))


def my_signed_identity(account_id: str) -> SignedIdentity:
    """Return the identity in force, as a signed token; a pending change is not in it yet. Raises
    NotFound."""
    return SignedIdentity(assertion=signed_identity(stored_account(account_id)))


def signed_identity(account: Account) -> str:
    """Return the identity in force as a signed token for registrations. Never logged."""
    return dependencies().signer.identity(account.id, identity_of(account))


def identity_of(account: Account) -> Identity:
    """Return the identity that registrations copies into each version of a candidature."""
    return Identity(
        version=account.version,
        civilite=account.civilite,
        nom_famille=account.nom_famille,
        nom_usage=account.nom_usage,
        prenoms=account.prenoms,
        date_naissance=account.date_naissance.isoformat(),
        pays_naissance=account.pays_naissance,
        departement_naissance=account.departement_naissance,
        commune_naissance=account.commune_naissance,
        email=account.email,
    )


def stored_account(account_id: str) -> Account:
    """Return the account. Raises NotFound for one erased meanwhile."""
    with db.reading() as transaction:
        return found(transaction.get(Account, account_id))


def is_frozen(account: Account) -> bool:
    """Tell whether a candidature was ever saved; registrations may be asked. Raises Unavailable."""
    return account.engaged_at is not None or dependencies().registrations.is_engaged(account.id)


def _frozen_notice(account: Account) -> str | None:
    """Return why only mail and password can change; None where everything can."""
    if account.certified_by is not None:
        return account_form.CERTIFIED_NOTICE
    try:
        return account_form.FROZEN_NOTICE if is_frozen(account) else None
    except (
        DomainError
    ):  # registrations does not answer: mail and password can be changed nevertheless
        return account_form.UNSURE_NOTICE


def _pending_email(account: Account) -> str | None:
    latest = (
        select(EmailChange)
        .where(
            EmailChange.account_id == account.id,
            EmailChange.requested_at > portal_now() - EMAIL_CHANGE_LIFETIME,
        )
        .order_by(EmailChange.requested_at.desc())
        .limit(1)
    )
    with db.reading() as transaction:
        email_change = transaction.scalars(latest).one_or_none()
    return (
        email_change.address
        if email_change is not None and email_change.confirmed_at is None
        else None
    )


def found_candidates(email: str, birth_date: date | None = None, name: str = "") -> Candidates:
    """Return the account of this address, else the creations that wait for it, newest first;
    without an address, those born on that day who bear every word of `name`. Raises Invalid for
    neither."""
    with db.reading_for_staff() as transaction:
        if email.strip():
            account = account_at(transaction, key_of(email))
            accounts = [account] if account else pending_creations_at(transaction, key_of(email))
        elif birth_date:
            accounts = _born_on(transaction, birth_date, folded(name).split())
        else:
            raise Invalid.in_field(
                "birth_date", "Indiquez une date de naissance, ou une adresse mail."
            )
        shown = tuple(_candidate(transaction, account) for account in accounts[:ACCOUNTS_SHOWN])
    return Candidates(candidates=shown, has_more=len(accounts) > len(shown))


def _born_on(transaction: Session, day: date, words: Sequence[str]) -> Sequence[Account]:
    """Return who was born on that day and bears all these words, by name. Few are born on one day:
    all of them are read."""
    born = transaction.scalars(select(Account).where(Account.date_naissance == day)).all()
    names = {
        account: folded(f"{account.nom_famille} {account.prenoms} {account.nom_usage or ''}")
        for account in born
    }
    return sorted(
        (account for account in born if all(word in names[account] for word in words)),
        key=names.__getitem__,
    )


def candidate(candidate_id: str) -> CandidateDetail:
    """Return an account, activated or not, with the `form` of its civil status. Raises NotFound."""
    account = stored_account(candidate_id)
    with db.reading() as transaction:
        refused_mails = _refused_mails(transaction, account)
    values = _values(account)
    return CandidateDetail(
        id=account.id,
        email=account.email,
        activated=account.activated_at is not None,
        version=account.version,
        refused_mails=refused_mails,
        values=values,
        form=account_form.correction(values),
    )


def _candidate(transaction: Session, account: Account) -> Candidate:
    return Candidate(
        id=account.id,
        email=account.email,
        activated=account.activated_at is not None,
        version=account.version,
        refused_mails=_refused_mails(transaction, account),
        values=_values(account),
    )


def _refused_mails(transaction: Session, account: Account) -> tuple[RefusedMails, ...]:
    refusals = transaction.scalars(select(MailRefusal).where(MailRefusal.account_id == account.id))
    return tuple(
        RefusedMails(address=refusal.address, code=refusal.code, since=refusal.refused_at)
        for refusal in refusals
    )


def _values(account: Account) -> dict[str, str]:
    return {**typed_values(account.civil_status, account.email), "version": str(account.version)}


def account_at(transaction: Session, email_key: str, *, lock: bool = False) -> Account | None:
    """Return the activated account of this address."""
    query = select(Account).where(Account.email_key == email_key, Account.activated_at.is_not(None))
    return transaction.scalars(query.with_for_update() if lock else query).one_or_none()


def owner_of(transaction: Session, email_key: str, *, lock: bool = False) -> Person | None:
    """Return the candidate with an activated account, or the staff member, who logs in with this
    address."""
    staff = select(StaffMember).where(StaffMember.email_key == email_key)
    account = account_at(transaction, email_key, lock=lock)
    return account or transaction.scalars(staff.with_for_update() if lock else staff).one_or_none()


def pending_creations_at(
    transaction: Session, email_key: str, *, lock: bool = False
) -> Sequence[Account]:
    """Return the creations that wait for their activation at this address, newest first; locked
    ones in the order of their ids, so that two transactions never wait for each other."""
    query = select(Account).where(Account.email_key == email_key, Account.activated_at.is_(None))
    if lock:
        return transaction.scalars(query.order_by(Account.id).with_for_update()).all()
    return transaction.scalars(query.order_by(Account.created_at.desc(), Account.id)).all()
