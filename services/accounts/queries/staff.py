"""Staff accounts, as administrateurs and their owners see them, and their tools' tokens, without
any secret or hash."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain.emails import key_of
from services.accounts.domain.passwords import RECOMMENDED
from services.accounts.domain.staff import scopes_of, share_an_academie
from services.accounts.models import Passkey, RecoveryCode, StaffMember, StaffToken, db
from services.chassis.errors import found
from services.contracts.api.own_staff_account import OwnAccount, OwnPasskey
from services.contracts.api.team import (
    Academie,
    Academies,
    Member,
    Members,
    StaffName,
    StaffNames,
    ToolToken,
    ToolTokens,
)
from services.contracts.page_sizes import TEAM_PAGE
from services.reference import academies


def staff_page(cursor: str = "", limit: int | None = TEAM_PAGE) -> Members:
    """Return staff accounts by id, disabled ones too; all without a limit."""
    query = select(StaffMember).where(StaffMember.id > cursor).order_by(StaffMember.id).limit(limit)
    with db.reading_for_staff() as transaction:
        items = tuple(map(_member, transaction.scalars(query)))
    return Members(items=items, next_cursor=items[-1].id if len(items) == limit else None)


def member(staff_id: str) -> Member:
    """Return one staff account. Raises NotFound."""
    return _member(stored_member(staff_id))


def stored_member(staff_id: str) -> StaffMember:
    """Raises NotFound."""
    with db.reading() as transaction:
        return found(
            transaction.get(StaffMember, staff_id),
            "Aucun compte de gestion ne porte cet identifiant.",
        )


def own_account(staff_id: str) -> OwnAccount:
    """Return who they are, what their tokens may do, how many recovery codes are left. Raises
    NotFound."""
    unused = select(func.count()).where(
        RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)
    )
    member = stored_member(staff_id)
    with db.reading() as transaction:
        left = transaction.scalar(unused) or 0
        theirs = passkeys_of(transaction, staff_id)
    return OwnAccount(
        email=member.email,
        nom=member.nom,
        prenoms=member.prenoms,
        role=member.role,
        password_hint=RECOMMENDED.hint,
        academies=_codes(member.academies),
        scopes=tuple(sorted(scopes_of(member.role))),
        recovery_codes_left=left,
        saved_filters=member.saved_filters,
        passkeys=tuple(map(_own_passkey, theirs)),
    )


def _own_passkey(row: Passkey) -> OwnPasskey:
    return OwnPasskey(
        id=row.id, name=row.name, created_at=row.created_at, last_used_at=row.last_used_at
    )


def _codes(academies: list[str] | None) -> tuple[str, ...] | None:
    return None if academies is None else tuple(academies)


def passkeys_of(transaction: Session, staff_id: str) -> list[Passkey]:
    """Return the passkeys of a member, the oldest first."""
    return [
        *transaction.scalars(
            select(Passkey).where(Passkey.staff_id == staff_id).order_by(Passkey.created_at)
        )
    ]


def names(academies: frozenset[str] | None, ids: Collection[str]) -> StaffNames:
    """Return the names of those who share an académie with somebody of `academies` (None: all); the
    others are missing."""
    with db.reading_for_staff() as transaction:
        rows = list(transaction.scalars(select(StaffMember).where(StaffMember.id.in_(ids))))
    return StaffNames(
        items=tuple(
            StaffName(id=row.id, nom=row.nom, prenoms=row.prenoms)
            for row in rows
            if share_an_academie(academies, row.academies)
        )
    )


def token_page(
    staff_id: str | None = None, cursor: str = "", limit: int | None = TEAM_PAGE
) -> ToolTokens:
    """Return tokens by id, expired and revoked ones too; of all staff where no `staff_id` is given,
    all without a limit."""
    query = select(StaffToken, StaffMember.email).join(
        StaffMember, StaffMember.id == StaffToken.staff_id
    )
    if staff_id is not None:
        query = query.where(StaffToken.staff_id == staff_id)
    query = query.where(StaffToken.id > cursor).order_by(StaffToken.id).limit(limit)
    with db.reading_for_staff() as transaction:
        items = tuple(_tool_token(token, email) for token, email in transaction.execute(query))
    return ToolTokens(items=items, next_cursor=items[-1].id if len(items) == limit else None)


def all_academies() -> Academies:
    """Return the académies that a gestionnaire may be limited to."""
    return Academies(
        academies=tuple(Academie(value=known.code, label=known.name) for known in academies.all())
    )


def staff_id_of(email: str) -> str:
    """Raises NotFound."""
    return found(id_at(email), "Aucun compte de gestion n'a cette adresse.")


def id_at(email: str) -> str | None:
    """Return the id of the staff account with this address, disabled or not."""
    with db.reading() as transaction:
        return transaction.scalar(
            select(StaffMember.id).where(StaffMember.email_key == key_of(email))
        )


def _member(row: StaffMember) -> Member:
    return Member(
        id=row.id,
        nom=row.nom,
        prenoms=row.prenoms,
        email=row.email,
        role=row.role,
        academies=_codes(row.academies),
        created_at=row.created_at,
        last_login_at=row.last_login_at,
        disabled_at=row.disabled_at,
        invited_at=row.invited_at,
        state=row.state,
        second_factor=dependencies().derived_keys.opens(row.totp_sealed),
    )


def _tool_token(row: StaffToken, email: str) -> ToolToken:
    return ToolToken(
        id=row.id,
        staff_id=row.staff_id,
        email=email,
        name=row.name,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
