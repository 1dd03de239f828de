"""Personal access tokens of staff members' tools: created, revoked, exchanged for access tokens.
System time."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain.staff import checked_scopes, scopes_of
from services.accounts.models import AuditEntry, StaffMember, StaffToken, db
from services.accounts.operations import second_factor
from services.accounts.operations.staff_accounts import lock_member, member_at, refuse_disabled
from services.accounts.signing import TOKEN_SECONDS, Rights
from services.accounts.stored_secrets import hash_secret, new_secret
from services.chassis.database.audit import Actor
from services.chassis.database.columns import new_id
from services.chassis.errors import FieldError, Invalid, NotFound, Unauthenticated
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.account_rules import default_token_days
from services.contracts.api.own_staff_account import CreatedToken, NewToken
from services.contracts.api.sessions import AccessToken

USE_WRITTEN_EVERY = timedelta(hours=1)


def create_token(
    email: str, *, name: str, scopes: Iterable[str], life: timedelta, actor: Actor
) -> tuple[str, str]:
    """Create a tool's token for the staff member of this address, and return its id and the token,
    which is shown only once. Raises NotFound, Invalid, Conflict for a disabled account."""
    valid_scopes = checked_scopes(scopes)
    with db.operation() as transaction:
        return _add_token(
            transaction, member_at(transaction, email, lock=True), name, valid_scopes, life, actor
        )


def create_own_token(staff_id: str, new: NewToken) -> CreatedToken:
    """Create a tool's token that its owner asks for, with a code of the second factor and within
    what their role may do. Raises Invalid, TooMany, Forbidden."""
    name = new.name.strip()
    if not name:
        raise Invalid(
            "Saisissez un nom.", errors=(FieldError("#/name", "Saisissez à quoi sert ce jeton."),)
        )
    valid_scopes = checked_scopes(new.scopes)
    second_factor.confirm_code(staff_id, new.code)
    life = timedelta(days=new.days or default_token_days(new.scopes))
    with db.operation() as transaction:
        member = lock_member(transaction, staff_id)
        if not scopes_of(member.role).issuperset(valid_scopes):
            raise Invalid.in_field("scopes", "Votre profil ne comporte pas toutes ces portées.")
        token_id, token = _add_token(
            transaction, member, name, valid_scopes, life, Actor("staff", staff_id)
        )
        return CreatedToken(id=token_id, token=token)


def _add_token(
    transaction: Session,
    member: StaffMember,
    name: str,
    scopes: list[str],
    life: timedelta,
    actor: Actor,
) -> tuple[str, str]:
    refuse_disabled(member)
    secret = new_secret()
    now = system_now()
    token = StaffToken(
        id=new_id(),
        secret_hash=hash_secret(secret),
        staff_id=member.id,
        name=name,
        scopes=scopes,
        created_at=now,
        expires_at=now + life,
    )
    transaction.add(token)
    after = {"name": name, "scopes": scopes, "expires_at": token.expires_at}
    AuditEntry.record(transaction, actor, "token_created", member.id, after=after)
    return token.id, secret


def revoke_token(
    token_id: str, actor: Actor, reason: str | None = None, *, owner_id: str | None = None
) -> None:
    """Refuse a token from now on. Raises NotFound, also where it is not of `owner_id`."""
    with db.operation() as transaction:
        token = transaction.get(StaffToken, token_id, with_for_update=True)
        if token is None or owner_id not in (None, token.staff_id):
            raise NotFound("Aucun jeton ne porte cet identifiant.")
        if token.revoked_at is None:
            token.revoked_at = system_now()
            after = {"reason": reason} if reason else None
            AuditEntry.record(
                transaction,
                actor,
                "token_revoked",
                token.staff_id,
                before={"name": token.name},
                after=after,
            )


def exchange_token(token: str, client: str) -> AccessToken:
    """Return a short access token for a tool's token, for the process `client`. Raises
    Unauthenticated `jeton-refuse`."""
    now = system_now()
    with db.reading() as transaction:
        query = select(StaffToken).where(StaffToken.secret_hash == hash_secret(token))
        known = transaction.scalars(query).one_or_none()
        member = transaction.get(StaffMember, known.staff_id) if known else None
    if (
        known is None
        or known.revoked_at
        or now >= known.expires_at
        or member is None
        or member.disabled_at
    ):
        raise Unauthenticated(
            "Le jeton est inconnu, expiré ou révoqué.", problem=problem_types.TOKEN_REFUSED
        )
    if (
        known.last_used_at is None or now - known.last_used_at >= USE_WRITTEN_EVERY
    ):  # not every call is a write
        with db.operation() as transaction:
            transaction.execute(
                update(StaffToken).where(StaffToken.id == known.id).values(last_used_at=now)
            )
    rights = Rights(
        role=member.role,
        scopes=scopes_of(member.role) & set(known.scopes),
        academies=member.academies,
    )
    access_token = dependencies().signer.staff_token(member.id, client, rights)
    return AccessToken(access_token=access_token, expires_in=TOKEN_SECONDS)
