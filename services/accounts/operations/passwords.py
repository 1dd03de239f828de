"""« Mot de passe oublié »: a new password by a mailed link, which is short-lived and works once.
The current password, asked again before sensitive changes: tries are throttled like log-ins."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain import mail_link_rules, passwords, throttling
from services.accounts.domain.emails import key_of
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import Account, db
from services.accounts.operations import (
    account_creation,
    confirmations,
    mail_links,
    pending_emails,
    rate_limits,
    sessions,
)
from services.accounts.operations.rate_limits import retried
from services.accounts.password_hashing import NO_PASSWORD
from services.accounts.queries import accounts, mail_link_states
from services.accounts.queries.accounts import Person
from services.chassis.errors import Invalid
from services.chassis.tasks.new_tasks import follow_up
from services.contracts.account_rules import State
from services.contracts.api.own_account import PasswordProof
from services.contracts.api.visitors import NewPassword


@dataclass(frozen=True)
class Reauthentication:
    """The proof by which somebody who is logged in shows again who they are: their password, or the
    secret of the session in which they have signed in anew with a provider for the act."""

    current_password: str
    login_secret: str


NOT_CONFIRMED = (
    "Votre confirmation avec FranceConnect a déjà servi, date de trop longtemps ou portait sur "
    "autre chose : confirmez de nouveau, ou saisissez votre mot de passe."
)


@retried
def ask_reset(email: str) -> None:
    """Mail a link if there is an account; beyond a few per hour nothing is sent. The answer is
    always the same."""
    email_key = key_of(email)
    with db.operation() as transaction:
        if rate_limits.count_mail_request(transaction, "reset", email_key, throttling.RESETS):
            return
        if account := accounts.account_at(transaction, email_key):
            follow_up(
                transaction, "send_reset_mail", {"account_id": account.id}, subject=account.id
            )
        else:
            account_creation.resend_activation_mail(transaction, email_key)


def complete_reset(new: NewPassword) -> None:
    """Set the password typed twice; ends every session and a pending address. Raises Gone for a
    link that is not usable, Invalid (the link then stays usable), Unavailable."""
    with db.reading() as transaction:
        current = mail_link_states.state_by_token(transaction, Purpose.RESET, new.token)
        owner = mail_link_states.owner_by_token(transaction, Account, Purpose.RESET, new.token)
    if current is not State.USABLE or owner is None:
        raise mail_link_rules.unusable_link_error(Purpose.RESET, current)
    reader = FormReader(
        {"password": new.password, "password_confirmation": new.password_confirmation}
    )
    password = passwords.read_confirmed(
        reader, dependencies().profile, owner.civil_status.known_words
    )
    reader.refuse_mistakes()
    password_hash = dependencies().password_hasher.hash(password)
    with db.operation() as transaction:
        _, account = mail_links.use(transaction, Account, Purpose.RESET, new.token)
        replace_password(transaction, account, password_hash)
        rate_limits.forget_failures(transaction, account.email_key)


def replace_password(transaction: Session, account: Account, password_hash: str) -> None:
    """Store a new password, and end every session, a pending address and the links for another
    reset."""
    account.password_hash = password_hash
    transaction.flush()
    mail_links.close(transaction, account.id, Purpose.RESET)
    pending_emails.end_pending_email(transaction, account.id)
    sessions.end_all_sessions(transaction, account.id)


def check_current_password(person: Person, typed: str) -> None:
    """Verify the password of somebody who is logged in. Raises Invalid on `current_password` where
    it is wrong, TooMany after several failures, Unavailable."""
    with dependencies().password_hasher.turn():
        _count_attempt(person.email_key)
        matches = dependencies().password_hasher.matches(person.password_hash, typed)
    if not matches and person.password_hash == NO_PASSWORD:
        raise wrong_password_error(
            "Votre compte n'a pas encore de mot de passe : confirmez avec FranceConnect là où la "
            "page le propose, ou demandez-en un par « Mot de passe oublié »."
        )
    if not matches:
        raise (
            wrong_password_error()
            if typed
            else wrong_password_error("Saisissez votre mot de passe actuel.")
        )
    with db.operation() as transaction:
        rate_limits.uncount_attempt(transaction, person.email_key, rate_limits.CURRENT_PASSWORD)


def checked_again(account_id: str, act: str, again: Reauthentication) -> Account:
    """Return the account, whose owner has given the password again for this act, or confirmed it
    with a provider in this session. Raises NotFound, and as `check_current_password`."""
    account = accounts.stored_account(account_id)
    if not again.login_secret:
        check_current_password(account, again.current_password)
    elif not confirmations.use_confirmation(again.login_secret, account_id, act):
        raise wrong_password_error(NOT_CONFIRMED)
    return account


def prove(account_id: str, digest: str, again: Reauthentication) -> PasswordProof:
    """Return a signed proof that the candidate was asked again for the act that has this digest.
    Raises as `checked_again`."""
    account = checked_again(account_id, digest, again)
    return PasswordProof(proof=dependencies().signer.password_proof(account.id, digest))


def wrong_password_error(detail: str = "Le mot de passe actuel est incorrect.") -> Invalid:
    return Invalid.in_field("current_password", detail)


@retried
def _count_attempt(email_key: str) -> None:
    with db.operation() as transaction:
        rate_limits.count_attempt(transaction, email_key, rate_limits.CURRENT_PASSWORD)
