"""Staff accounts, created and renewed by an administrator's command; given another role or other
académies; disabled when somebody leaves and enabled again when they come back: nothing is deleted,
every act leaves an audit entry. Rows are locked always in the same order."""

from collections.abc import Iterable

import pyotp
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain import emails, passwords
from services.accounts.domain.civil_status import NAME_LENGTH
from services.accounts.domain.staff import Role, checked_academies
from services.accounts.models import AuditEntry, StaffMember, StaffToken, db
from services.accounts.operations import passkeys, provider_identities, rate_limits, second_factor
from services.accounts.operations.sessions import end_all_sessions
from services.accounts.queries import accounts
from services.chassis.database.audit import Actor
from services.chassis.database.columns import new_id
from services.chassis.errors import Conflict, FieldError, Forbidden, Invalid, found
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.account_rules import MemberState


def create_staff(
    actor: Actor,
    *,
    email: str,
    password: str,
    role: Role,
    academies: Iterable[str],
    nom: str,
    prenoms: str,
) -> tuple[str, str]:
    """Create the account; returns its id and the secret of its second factor, which is shown only
    once. Raises Invalid, Conflict where the address is taken."""
    if not emails.is_valid(email):
        raise Invalid.in_field("email", "Adresse mail non valable.")
    if not all(0 < len(name) <= NAME_LENGTH for name in (nom, prenoms)):
        raise Invalid(f"Nom et prénoms : de 1 à {NAME_LENGTH} caractères.")
    _check_password(password)
    totp_secret = pyotp.random_base32()
    member = new_member(email, nom, prenoms, role, checked_academies(role, academies))
    member.password_hash = dependencies().password_hasher.hash(password)
    second_factor.put_in_force(member, totp_secret)
    try:
        with db.operation() as transaction:
            if accounts.account_at(transaction, member.email_key) is not None:
                raise address_taken()
            transaction.add(member)
            record_addition(transaction, actor, "staff_created", member)
    except IntegrityError as error:
        raise address_taken() from error
    return member.id, totp_secret


def new_member(
    email: str, nom: str, prenoms: str, role: Role, academies: list[str] | None
) -> StaffMember:
    """Return a row to be added, which lacks a password and a second factor."""
    return StaffMember(
        id=new_id(),
        email=email,
        email_key=emails.key_of(email),
        nom=nom,
        prenoms=prenoms,
        role=role.value,
        academies=academies,
        created_at=system_now(),
    )


def record_addition(transaction: Session, actor: Actor, action: str, member: StaffMember) -> None:
    after = {"email": member.email, "role": member.role, "academies": member.academies}
    AuditEntry.record(transaction, actor, action, member.id, after=after)


def renew_staff(email: str, password: str, actor: Actor) -> tuple[str, str]:
    """Give a new password and second factor to somebody who lost theirs, and return the id and the
    secret, which is shown only once. A disabled account stays disabled. Raises Invalid,
    NotFound."""
    _check_password(password)
    password_hash = dependencies().password_hasher.hash(password)
    totp_secret = pyotp.random_base32()
    with db.operation() as transaction:
        member = member_at(transaction, email)
        member.invited_at = None
        replace_access(transaction, member, password_hash, totp_secret)
        rate_limits.forget_failures(transaction, member.email_key)
        AuditEntry.record(transaction, actor, "staff_renewed", member.id)
        return member.id, totp_secret


def replace_access(
    transaction: Session, member: StaffMember, password_hash: str, totp_secret: str
) -> None:
    """Give another password and second factor, and end recovery codes, passkeys, sessions, tokens
    and ways in by a provider: who found the old ones may use them."""
    provider_identities.forget(transaction, member.id)
    member.password_hash = password_hash
    second_factor.put_in_force(member, totp_secret)
    second_factor.delete_recovery_codes(transaction, member.id)
    passkeys.forget(transaction, member.id)
    end_all_sessions(transaction, member.id)
    revoke_all_tokens(transaction, member.id)


def revoke_all_tokens(transaction: Session, staff_id: str) -> None:
    """Revoke every token of this staff member, within the caller's transaction."""
    in_force = update(StaffToken).filter_by(staff_id=staff_id, revoked_at=None)
    transaction.execute(in_force.values(revoked_at=system_now()))


def member_at(transaction: Session, email: str, *, lock: bool = False) -> StaffMember:
    """Return the staff member with this address. Raises NotFound."""
    query = select(StaffMember).where(StaffMember.email_key == emails.key_of(email))
    member = transaction.scalars(query.with_for_update() if lock else query).one_or_none()
    return found(member, "Aucun compte de gestion n'a cette adresse.")


def _check_password(password: str) -> None:
    if mistakes := passwords.mistakes(password, passwords.RECOMMENDED):
        raise Invalid.in_field("password", " ".join(mistakes))


def address_taken(detail: str = "Cette adresse mail est déjà celle d'un compte.") -> Conflict:
    return Conflict(
        detail, problem=problem_types.ADDRESS_TAKEN, errors=(FieldError("#/email", detail),)
    )


def lock_active_administrateurs(transaction: Session, actor: Actor) -> set[str]:
    """Return the ids of the administrateurs, without who is only invited. The rows stay locked,
    always in the same order, so that two who disable each other wait in turn. Raises Forbidden for
    an actor who was disabled some seconds ago."""
    query = (
        select(StaffMember).where(StaffMember.role == Role.ADMINISTRATEUR).order_by(StaffMember.id)
    )
    administrateurs = {
        member.id
        for member in transaction.scalars(query.with_for_update())
        if member.state is MemberState.ACTIVE
    }
    if actor.kind == "staff" and actor.id not in administrateurs:
        raise Forbidden()
    return administrateurs


def lock_member(transaction: Session, staff_id: str) -> StaffMember:
    """Return the member, locked. Raises NotFound."""
    return found(
        transaction.get(StaffMember, staff_id, with_for_update=True),
        "Aucun compte de gestion ne porte cet identifiant.",
    )


def lock_enabled_member(transaction: Session, staff_id: str) -> StaffMember:
    """Return the member, locked. Raises NotFound, Conflict for who is disabled."""
    member = lock_member(transaction, staff_id)
    refuse_disabled(member)
    return member


def refuse_disabled(member: StaffMember) -> None:
    """Raise Conflict for a member who is disabled."""
    if member.disabled_at is not None:
        detail = "Ce compte de gestion est désactivé : réactivez-le d'abord."
        raise Conflict(detail, problem=problem_types.REACTIVATION_REQUIRED)


def _lock_other_member(
    transaction: Session, staff_id: str, actor: Actor, own_account: str
) -> StaffMember:
    """Return a member whose access may be taken away, locked. Raises NotFound, Forbidden for an
    actor who is disabled, Conflict for one's own account (with the words of `own_account`) and for
    the last enabled administrateur."""
    administrateurs = lock_active_administrateurs(transaction, actor)
    member = lock_member(transaction, staff_id)
    if actor.id == member.id:
        raise Conflict(own_account, problem=problem_types.OWN_ACCOUNT)
    if administrateurs == {member.id}:
        detail = "C'est le dernier administrateur : créez-en un autre d'abord."
        raise Conflict(detail, problem=problem_types.LAST_ADMINISTRATOR)
    return member


def change_profile(
    staff_id: str, role: str, academies: Iterable[str], reason: str, actor: Actor
) -> None:
    """Give another role, or other académies: sessions and tokens are narrowed or widened when they
    are next exchanged. Raises as `_lock_other_member`, and Invalid for académies that the role
    cannot have."""
    allowed = checked_academies(role, academies)
    with db.operation() as transaction:
        member = _lock_other_member(
            transaction, staff_id, actor, "Vous ne pouvez pas changer votre propre profil."
        )
        before = {"role": member.role, "academies": member.academies}
        member.role = role
        member.academies = allowed
        after = {"role": role, "academies": allowed, "reason": reason}
        AuditEntry.record(
            transaction, actor, "staff_profile_changed", member.id, before=before, after=after
        )


def disable_staff(staff_id: str, reason: str, actor: Actor) -> None:
    """Refuse log-ins, end sessions and revoke tokens, unless that is done. Raises as
    `_lock_other_member`."""
    with db.operation() as transaction:
        member = _lock_other_member(
            transaction, staff_id, actor, "Vous ne pouvez pas désactiver votre propre compte."
        )
        if member.disabled_at is not None:
            return
        member.disabled_at = system_now()
        end_all_sessions(transaction, member.id)
        revoke_all_tokens(transaction, member.id)
        AuditEntry.record(transaction, actor, "staff_disabled", member.id, after={"reason": reason})


def enable_staff(staff_id: str, reason: str, actor: Actor) -> None:
    """Allow log-ins again with the same password and second factor; tokens stay revoked. Raises
    NotFound, Forbidden for an actor who is disabled."""
    with db.operation() as transaction:
        lock_active_administrateurs(transaction, actor)
        member = lock_member(transaction, staff_id)
        if member.disabled_at is None:
            return
        before = {"disabled_at": member.disabled_at}
        member.disabled_at = None
        AuditEntry.record(
            transaction, actor, "staff_enabled", member.id, before=before, after={"reason": reason}
        )
