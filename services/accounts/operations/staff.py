"""Staff accounts and their tools' tokens, made by an administrator's command; every act leaves an audit entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.derivation import hashed, new_secret
from services.accounts.domain import emails, passwords
from services.accounts.domain.civil_status import NAME_LENGTH
from services.accounts.domain.staff import Role, checked_academies, checked_scopes, scopes_of
from services.accounts.models import StaffMember, StaffToken, db
from services.accounts.operations import addresses, audit, limits
from services.accounts.operations.audit import Actor
from services.accounts.operations.sessions import end_all
from services.accounts.parts import parts
from services.accounts.signing import TOKEN_SECONDS
from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.errors import Conflict, FieldError, Invalid, NotFound, Unauthenticated
from services.contracts import problem_types
from services.reference import academies as known_academies

USE_WRITTEN_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class NewStaff:
    email: str
    password: str
    role: Role
    academies: tuple[str, ...]
    nom: str
    prenoms: str


def create_staff(new: NewStaff, actor: Actor) -> tuple[str, str]:
    """Make the account; returns its id and the secret of its second factor, shown this once.

    Raises Invalid, Conflict where the address is taken.
    """
    academies = _checked(new)
    totp_secret = pyotp.random_base32()
    member = StaffMember(
        id=new_id(),
        email=new.email,
        email_key=emails.key_of(new.email),
        password_hash=parts().passwords.hash(new.password),
        nom=new.nom,
        prenoms=new.prenoms,
        role=new.role.value,
        academies=academies,
        totp_sealed=parts().derivation.seal(totp_secret),
        totp_last_step=0,
        created_at=system_now(),
    )
    try:
        with db.operation() as session:
            if addresses.account_at(session, member.email_key) is not None:
                raise _taken()
            session.add(member)
            after = {"email": new.email, "role": new.role.value, "academies": academies}
            audit.record(session, actor, "staff_created", member.id, after=after)
    except IntegrityError as error:
        raise _taken() from error
    return member.id, totp_secret


def is_staff(email: str) -> bool:
    with db.reading() as session:
        wanted = select(StaffMember.id).where(StaffMember.email_key == emails.key_of(email))
        return session.scalar(wanted) is not None


def renew_staff(email: str, password: str, actor: Actor) -> tuple[str, str]:
    """A new password and second factor for who lost his; ends his sessions and tokens, since who found them may be
    at work. Returns the id and the secret, shown once. Who is disabled stays so.

    Raises Invalid, NotFound.
    """
    _check_password(password)
    password_hash, totp_secret = parts().passwords.hash(password), pyotp.random_base32()
    with db.operation() as session:
        member = _member(session, email)
        member.password_hash = password_hash
        member.totp_sealed = parts().derivation.seal(totp_secret)
        member.totp_last_step = 0
        end_all(session, member.id)
        revoke_all(session, member.id)
        limits.forget_failures(session, member.email_key)
        audit.record(session, actor, "staff_renewed", member.id)
        return member.id, totp_secret


def create_token(email: str, *, name: str, scopes: Iterable[str], life: timedelta, actor: Actor) -> tuple[str, str]:
    """A tool's token for this staff member; returns its id and the token, shown this once.

    Raises NotFound, Invalid, Conflict for who is disabled.
    """
    wanted = checked_scopes(scopes)
    secret, now = new_secret(), system_now()
    with db.operation() as session:
        member = _member(session, email, lock=True)
        if member.disabled_at is not None:
            detail = "Ce compte de gestion est désactivé : réactivez-le d'abord."
            raise Conflict(detail, problem=problem_types.REACTIVATION_REQUIRED)
        token = StaffToken(
            id=new_id(),
            secret_hash=hashed(secret),
            staff_id=member.id,
            name=name,
            scopes=wanted,
            created_at=now,
            expires_at=now + life,
        )
        session.add(token)
        after = {"name": name, "scopes": wanted, "expires_at": token.expires_at.isoformat()}
        audit.record(session, actor, "token_created", member.id, after=after)
    return token.id, secret


def revoke_token(token_id: str, actor: Actor, reason: str | None = None) -> None:
    """The token is refused from now on (within 5 s at the gateway, which remembers it for 4). Raises NotFound."""
    with db.operation() as session:
        token = session.get(StaffToken, token_id, with_for_update=True)
        if token is None:
            raise NotFound("Aucun jeton ne porte cet identifiant.")
        if token.revoked_at is None:
            token.revoked_at = system_now()
            after = {"reason": reason} if reason else None
            audit.record(session, actor, "token_revoked", token.staff_id, before={"name": token.name}, after=after)


def revoke_all(session: Session, staff_id: str) -> None:
    """Every token of someone ends, within the caller's transaction."""
    session.execute(
        update(StaffToken)
        .where(StaffToken.staff_id == staff_id, StaffToken.revoked_at.is_(None))
        .values(revoked_at=system_now())
    )


def exchange_token(secret: str, client: str) -> tuple[str, int]:
    """A minute's access token for a tool's token, and its seconds. Raises Unauthenticated."""
    now = system_now()
    with db.reading() as session:
        query = select(StaffToken).where(StaffToken.secret_hash == hashed(secret))
        token = session.scalars(query).one_or_none()
        member = session.get(StaffMember, token.staff_id) if token else None
    if token is None or member is None or not _is_good(token, member, now):
        raise Unauthenticated("Le jeton est inconnu, expiré ou révoqué.", problem=problem_types.TOKEN_REFUSED)
    _note_use(token, now)
    access = parts().signer.access_token(
        member.id,
        "staff",
        client=client,
        role=member.role,
        scopes=scopes_of(member.role) & set(token.scopes),
        academies=member.academies,
    )
    return access, TOKEN_SECONDS


def _is_good(token: StaffToken, member: StaffMember, now: datetime) -> bool:
    return member.disabled_at is None and token.revoked_at is None and now < token.expires_at


def _note_use(token: StaffToken, now: datetime) -> None:
    """Written down once an hour: a tool at work would otherwise make a write of each of its calls."""
    if token.last_used_at is None or now - token.last_used_at >= USE_WRITTEN_EVERY:
        with db.operation() as session:
            session.execute(update(StaffToken).where(StaffToken.id == token.id).values(last_used_at=now))


def _checked(new: NewStaff) -> list[str] | None:
    if not emails.is_valid(new.email):
        raise Invalid("Adresse mail non valable.", errors=(FieldError("#/email", "Adresse mail non valable."),))
    if not all(0 < len(name) <= NAME_LENGTH for name in (new.nom, new.prenoms)):
        raise Invalid(f"Nom et prénoms : de 1 à {NAME_LENGTH} caractères.")
    _check_password(new.password)
    return checked_academies(new.role, new.academies, (academie.code for academie in known_academies.all()))


def _check_password(password: str) -> None:
    if found := passwords.mistakes(password, parts().profile):
        raise Invalid(" ".join(found), errors=(FieldError("#/password", " ".join(found)),))


def _member(session: Session, email: str, *, lock: bool = False) -> StaffMember:
    query = select(StaffMember).where(StaffMember.email_key == emails.key_of(email))
    member = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if member is None:
        raise NotFound("Aucun compte de gestion n'a cette adresse.")
    return member


def _taken() -> Conflict:
    return Conflict("Cette adresse mail est déjà celle d'un compte.", problem=problem_types.ADDRESS_TAKEN)
