"""Creating an account, activating it by its mailed link, and sending that mail again. A known
address gets the same answer as a new one, after the same work, so that the answer reveals to nobody
who has an account.

Creations that wait for their activation are independent of each other, even at the same address
(decision 0007).
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.clients.identity_provider import ProvidedIdentity
from services.accounts.dependencies import dependencies
from services.accounts.domain import account_form, mail_link_rules, pivot_identity, throttling
from services.accounts.domain.account_input import NewAccount, read_new
from services.accounts.domain.emails import key_of
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import Account, db
from services.accounts.operations import mail_links, provider_identities, rate_limits
from services.accounts.operations.erasure import erase
from services.accounts.operations.rate_limits import retried
from services.accounts.password_hashing import NO_PASSWORD
from services.accounts.queries import accounts, mail_link_states
from services.accounts.queries.accounts import pending_creations_at
from services.chassis.database.columns import new_id
from services.chassis.quotas import Quota
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now, to_paris
from services.contracts.account_rules import State
from services.contracts.api.forms import Form
from services.contracts.api.sign_in import FRANCECONNECT
from services.contracts.api.visitors import Address, Created


def filled_form(values: Mapping[str, object], identity: str | None = None) -> Form:
    """Return « Formulaire de création » for what was typed, in which the sealed identity of
    FranceConnect fills the civil status. Raises Forbidden where that is no longer valid."""
    provided = provider_identities.unseal(identity, FRANCECONNECT) if identity else None
    certified = pivot_identity.certified_values(provided.claims) if provided else {}
    address = {"email": str(provided.claims.get("email", ""))} if provided else {}
    return account_form.creation(
        {**address, **values, **certified}, dependencies().profile, certified=certified
    )


def create_account(
    values: Mapping[str, object], source: str = "", identity: str | None = None
) -> Created:
    """Store what « Formulaire de création » says; it waits for its activation beside any other at
    this address. `source`: the visitor's network address. With an identity of FranceConnect, whose
    civil status replaces what was typed, no password is chosen: the mailed link proves the address,
    then the identity opens the account. Raises Invalid with every mistake, Unavailable where the
    hashing queue is full, TooMany where too many mails were asked for at this mail address, or too
    many accounts from that source, Forbidden where the identity is no longer valid."""
    provided = provider_identities.unseal(identity, FRANCECONNECT) if identity else None
    new = read_new(
        {**values, **(pivot_identity.certified_values(provided.claims) if provided else {})},
        today=to_paris(portal_now()).date(),
        profile=None if provided else dependencies().profile,
    )
    email_key = key_of(new.email)
    with db.reading() as transaction:  # who is refused has nothing hashed
        _refuse_beyond_quotas(transaction, rate_limits.wait_for_mail_request, email_key, source)
    with dependencies().password_hasher.turn(source):
        password_hash = (
            hash_creation_password(email_key, new.password) if new.password else NO_PASSWORD
        )
    created = Created(email=new.email, creation=new_id())
    _store(new, password_hash, created.creation, source, provided)
    return created


@retried
def _store(
    new: NewAccount,
    password_hash: str,
    creation_id: str,
    source: str,
    identity: ProvidedIdentity | None,
) -> None:
    """Store a creation, which waits for its activation; at the address of an account, its owner
    gets a mail instead."""
    with db.operation() as transaction:
        email_key = key_of(new.email)
        _refuse_beyond_quotas(transaction, rate_limits.count_mail_request, email_key, source)
        if owner := accounts.owner_of(transaction, email_key):
            follow_up(transaction, "send_address_known", {"owner_id": owner.id}, subject=owner.id)
            return
        account = Account(
            id=creation_id,
            email_key=email_key,
            password_hash=password_hash,
            created_at=portal_now(),
            version=1,
            email=new.email,
            civil_status=new.civil_status,
        )
        transaction.add(account)
        if identity is not None:
            is_certified = pivot_identity.is_of(
                identity.claims, new.civil_status
            )  # not where a name or day was typed
            account.certified_by = identity.provider if is_certified else None
            provider_identities.add(transaction, account.id, identity, is_joined=False)
        follow_up(
            transaction, "send_activation_mail", {"account_id": account.id}, subject=account.id
        )


def _refuse_beyond_quotas(
    transaction: Session,
    wait_for: Callable[[Session, str, str, Quota], int],
    email_key: str,
    source: str,
) -> None:
    """Raise TooMany where too many were asked for. `wait_for` counts this creation, or only
    looks."""
    if wait := wait_for(transaction, "creation", email_key, throttling.CREATIONS):
        raise rate_limits.too_many_mails_error(wait)
    of_source = Quota(dependencies().settings.creations_per_hour, timedelta(hours=1))
    if wait := wait_for(transaction, "creations-of-source", source, of_source):
        raise rate_limits.too_many_creations_error(wait)


@retried
def resend_activation(email: str, creation: str | None = None) -> None:
    """Send the mail again if a creation waits at this address (« Je n'ai pas reçu le mail »).
    `creation`: the one that this browser asked for. Raises TooMany beyond a few per hour, for
    unknown addresses too."""
    email_key = key_of(email)
    with db.operation() as transaction:
        if wait := rate_limits.count_mail_request(
            transaction, "resend", email_key, throttling.RESENDS
        ):
            raise rate_limits.too_many_mails_error(wait)
        if account := accounts.account_at(transaction, email_key):
            follow_up(
                transaction, "send_address_known", {"owner_id": account.id}, subject=account.id
            )
        else:
            resend_activation_mail(transaction, email_key, creation)


def activate(token: str) -> Address:
    """Activate the account and erase the other creations at its address. Raises Gone for a link
    that is not usable, or where the address now belongs to another account."""
    try:
        with db.operation() as transaction:
            creation = mail_link_states.owner_by_token(
                transaction, Account, Purpose.ACTIVATION, token
            )
            pending = (
                accounts.pending_creations_at(transaction, creation.email_key, lock=True)
                if creation
                else []
            )
            _, account = mail_links.use(transaction, Account, Purpose.ACTIVATION, token)
            account.activated_at = portal_now()
            provider_identities.join_waiting(transaction, account.id)
            transaction.flush()
            for other in pending:
                if other.id != account.id:
                    erase(transaction, other)
            return Address(email=account.email)
    except IntegrityError as error:  # another account took the address at the same moment
        raise mail_link_rules.unusable_link_error(Purpose.ACTIVATION, State.ENDED) from error


def hash_creation_password(email_key: str, password: str) -> str:
    """Return the hash of a creation's password. All creations at one address share a salt: a log-in
    hashes once for all of them, so that its duration reveals neither their number nor whether the
    address has an account."""
    salt = bytes.fromhex(dependencies().derived_keys.trace("creation", email_key))[:16]
    return dependencies().password_hasher.hash(password, salt=salt)


def creation_with_password(
    hashes: Sequence[tuple[str, str]], email_key: str, password: str
) -> str | None:
    """Return the id of the first creation with this password, among the (id, hash) of those at one
    address; hashes once."""
    if (
        len(hashes) == 1
    ):  # verified with the parameters and salt in the hash, whichever were in force at the creation
        return (
            hashes[0][0] if dependencies().password_hasher.matches(hashes[0][1], password) else None
        )
    typed_hash = hash_creation_password(email_key, password)
    return next((id for id, stored in hashes if hmac.compare_digest(stored, typed_hash)), None)


def resend_activation_mail(
    transaction: Session, email_key: str, creation_id: str | None = None
) -> None:
    """Mail the link of that creation again, else of the newest at this address; its older links are
    closed at once."""
    pending = pending_creations_at(transaction, email_key)
    chosen = next((creation for creation in pending if creation.id == creation_id), None) or next(
        iter(pending), None
    )
    if (
        chosen is None
        or transaction.get(Account, chosen.id, with_for_update=True, populate_existing=True) is None
    ):
        return
    mail_links.close(transaction, chosen.id, Purpose.ACTIVATION)
    follow_up(transaction, "send_activation_mail", {"account_id": chosen.id}, subject=chosen.id)
