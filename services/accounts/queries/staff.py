"""Staff accounts and their tools' tokens, in pages, without any secret or hash."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import select

from services.accounts.dependencies import dependencies
from services.accounts.domain.emails import key_of
from services.accounts.domain.staff import member_state, share_an_academie
from services.accounts.models import StaffMember, StaffToken, db
from services.chassis.errors import NotFound
from services.reference import academies

PAGE = 100

Page = tuple[list[dict[str, Any]], str | None]
"""Items, and the cursor of the page that follows; None after the last."""


def staff_page(cursor: str = "", limit: int = PAGE) -> Page:
    """Staff accounts by id, disabled ones too."""
    query = select(StaffMember).where(StaffMember.id > cursor).order_by(StaffMember.id).limit(limit)
    with db.reading_for_staff() as session:
        return _page([_member(row) for row in session.scalars(query)], limit)


def member(staff_id: str) -> dict[str, Any]:
    """One staff account. Raises NotFound."""
    with db.reading() as session:
        row = session.get(StaffMember, staff_id)
    if row is None:
        raise NotFound("Aucun compte de gestion ne porte cet identifiant.")
    return _member(row)


def names(academies: frozenset[str] | None, staff_ids: Collection[str]) -> list[StaffMember]:
    """Of those who share an académie with somebody of `academies` (None: all); the others are missing."""
    with db.reading_for_staff() as session:
        rows = list(session.scalars(select(StaffMember).where(StaffMember.id.in_(staff_ids))))
    return [row for row in rows if share_an_academie(academies, row.academies)]


def token_page(staff_id: str | None = None, cursor: str = "", limit: int = PAGE) -> Page:
    """Tokens by id, expired and revoked ones too; of all staff where no `staff_id` is given."""
    query = select(StaffToken, StaffMember.email).join(StaffMember, StaffMember.id == StaffToken.staff_id)
    if staff_id is not None:
        query = query.where(StaffToken.staff_id == staff_id)
    query = query.where(StaffToken.id > cursor).order_by(StaffToken.id).limit(limit)
    with db.reading_for_staff() as session:
        return _page([_token(token, email) for token, email in session.execute(query)], limit)


def academie_options() -> list[dict[str, str]]:
    """The académies that a gestionnaire may be limited to: `value` (its code) and `label`."""
    return [{"value": academie.code, "label": academie.name} for academie in academies.all()]


def all_staff() -> Iterator[dict[str, Any]]:
    items, cursor = staff_page()
    yield from items
    while cursor:
        items, cursor = staff_page(cursor)
        yield from items


def all_tokens(staff_id: str | None = None) -> Iterator[dict[str, Any]]:
    items, cursor = token_page(staff_id)
    yield from items
    while cursor:
        items, cursor = token_page(staff_id, cursor)
        yield from items


def is_staff(email: str) -> bool:
    """Whether a staff account has this address, disabled or not."""
    return _id_at(email) is not None


def staff_id_of(email: str) -> str:
    """Raises NotFound."""
    staff_id = _id_at(email)
    if staff_id is None:
        raise NotFound("Aucun compte de gestion n'a cette adresse.")
    return staff_id


def _id_at(email: str) -> str | None:
    with db.reading() as session:
        return session.scalar(select(StaffMember.id).where(StaffMember.email_key == key_of(email)))


def _page(items: list[dict[str, Any]], limit: int) -> Page:
    return items, str(items[-1]["id"]) if len(items) == limit else None


def _member(row: StaffMember) -> dict[str, Any]:
    return {
        "id": row.id,
        "email": row.email,
        "nom": row.nom,
        "prenoms": row.prenoms,
        "role": row.role,
        "academies": row.academies,
        "created_at": row.created_at,
        "last_login_at": row.last_login_at,
        "disabled_at": row.disabled_at,
        "invited_at": row.invited_at,
        "state": member_state(row.invited_at, row.disabled_at).value,
        "second_factor": dependencies().derived_keys.opens(row.totp_sealed),
    }


def _token(row: StaffToken, email: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "staff_id": row.staff_id,
        "email": email,
        "name": row.name,
        "scopes": row.scopes,
        "created_at": row.created_at,
        "last_used_at": row.last_used_at,
        "expires_at": row.expires_at,
        "revoked_at": row.revoked_at,
    }
