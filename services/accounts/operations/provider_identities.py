"""Identities of FranceConnect and ProConnect: sealed for their owner's browser while no account has
them, joined to an account by who proves that it is theirs, and found again at each later
sign-in."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.accounts.clients.identity_provider import ProvidedIdentity
from services.accounts.dependencies import dependencies
from services.accounts.domain import emails, pivot_identity
from services.accounts.models import Account, AuditEntry, ProviderIdentity, StaffMember
from services.accounts.queries.accounts import Person
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, Forbidden
from services.clock import portal_now
from services.contracts import problem_types
from services.contracts.api.sign_in import PROCONNECT, PROVIDER_LABELS

_SEALED = "provider identity"
LIFETIME = timedelta(minutes=30)
"""From a sign-in with the provider until the identity is joined."""


def seal(identity: ProvidedIdentity) -> str:
    """Seal an identity for a form of this browser's: who holds it was signed in by the provider
    just now."""
    return dependencies().derived_keys.seal_content(_SEALED, identity)


def unseal(sealed: str, provider: str) -> ProvidedIdentity:
    """Return the sealed identity. Raises Forbidden for one of another provider, after LIFETIME, or
    not sealed here."""
    keys = dependencies().derived_keys
    identity = keys.sealed_content(_SEALED, sealed, LIFETIME, ProvidedIdentity)
    if identity is None or identity.provider != provider:
        detail = (
            f"Votre identification par {PROVIDER_LABELS[provider]} date de trop longtemps : "
            "recommencez-la."
        )
        raise Forbidden(detail, problem=problem_types.PROVIDER_REFUSED)
    return identity


def owner_of(transaction: Session, identity: ProvidedIdentity) -> Person | None:
    """Return whose account the identity opens, locked, and note the use; None where it opens
    none."""
    rows = select(ProviderIdentity).filter_by(provider=identity.provider, sub=identity.sub)
    row = transaction.scalars(rows.where(ProviderIdentity.joined_at.is_not(None))).one_or_none()
    if row is None:
        return None
    row.last_used_at = portal_now()
    if identity.provider == PROCONNECT:
        return transaction.get(StaffMember, row.subject_id, with_for_update=True)
    return transaction.get(Account, row.subject_id, with_for_update=True)


def join(transaction: Session, person: Person, identity: ProvidedIdentity) -> Conflict | None:
    """Have the account open by this identity, which its owner has proven to be theirs. One whose
    `sub` has changed is joined beside the first. A candidate's civil status or a member's mail
    address has to be the identity's: else nothing is joined, and the reason is returned."""
    if owner_of(transaction, identity) not in (None, person):
        return Conflict(
            f"Votre identité {PROVIDER_LABELS[identity.provider]} ouvre déjà un autre compte."
        )
    if isinstance(person, StaffMember):
        if emails.key_of(str(identity.claims.get("email", ""))) != person.email_key:
            return Conflict(
                f"ProConnect vous connaît sous une autre adresse mail que {person.email} : "
                "demandez à un administrateur de vous inviter à cette autre adresse, ou utilisez "
                "un mot de passe, sans ProConnect."
            )
        AuditEntry.record(transaction, Actor("staff", person.id), "identity_joined", person.id)
    elif not pivot_identity.is_of(identity.claims, person.civil_status):
        return Conflict(
            "Ce compte n'a pas le même état civil que celui que FranceConnect certifie : il ne lui "
            "est pas relié. Identifiez-vous avec votre mot de passe seul et corrigez vos "
            "informations, ou contactez votre service gestionnaire si vous avez une candidature."
        )
    add(transaction, person.id, identity, is_joined=True)
    return None


def add(
    transaction: Session, subject_id: str, identity: ProvidedIdentity, *, is_joined: bool
) -> None:
    """Add an identity of an account. That of a creation waits for the activation, whose link proves
    the mail address."""
    now = portal_now()
    transaction.merge(
        ProviderIdentity(
            provider=identity.provider,
            sub=identity.sub,
            subject_id=subject_id,
            first_seen_at=now,
            last_used_at=now,
            joined_at=now if is_joined else None,
        )
    )


def join_waiting(transaction: Session, account_id: str) -> None:
    """Join what waits for the activation, which happens now. An identity that another account has
    got meanwhile is refused by the database."""
    waiting = update(ProviderIdentity).where(ProviderIdentity.subject_id == account_id)
    transaction.execute(waiting.values(joined_at=portal_now()))


def forget(transaction: Session, subject_id: str) -> None:
    """Have the account open by no provider any more."""
    transaction.execute(delete(ProviderIdentity).where(ProviderIdentity.subject_id == subject_id))
