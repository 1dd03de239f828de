"""Reads of staff and of their tools' tokens, in pages; neither secrets nor hashes are among them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from services.accounts.domain.emails import key_of
from services.accounts.models import StaffMember, StaffToken, db
from services.accounts.parts import parts
from services.chassis.errors import NotFound

PAGE = 100
RECHECK_SECONDS = 60.0

Page = tuple[list[dict[str, Any]], str | None]
"""Items, and the cursor of the page that follows; None after the last."""


def staff_page(cursor: str = "", limit: int = PAGE) -> Page:
    """Everybody, by id."""
    query = select(StaffMember).where(StaffMember.id > cursor).order_by(StaffMember.id).limit(limit)
    with db.reading_for_staff() as session:
        return _page([_member(row) for row in session.scalars(query)], limit)


def token_page(staff_id: str | None = None, cursor: str = "", limit: int = PAGE) -> Page:
    """Tokens by id, of everybody where no `staff_id` is given; those that ended are among them."""
    query = select(StaffToken, StaffMember.email).join(StaffMember, StaffMember.id == StaffToken.staff_id)
    if staff_id is not None:
        query = query.where(StaffToken.staff_id == staff_id)
    query = query.where(StaffToken.id > cursor).order_by(StaffToken.id).limit(limit)
    with db.reading_for_staff() as session:
        return _page([_token(token, email) for token, email in session.execute(query)], limit)


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


class SecondFactors:
    """Whether keys in force open the second factors kept: shown on readiness, where a wrong key is seen at its start.

    They are gone through once every `RECHECK_SECONDS`, and do not keep accounts from serving candidates.
    """

    def __init__(self) -> None:
        self._until = float("-inf")
        self._reason: str | None = None

    def check(self) -> str | None:
        if time.monotonic() >= self._until:
            unopened = sum(not member["second_factor"] for member in all_staff())
            self._reason = f"{unopened} not opened by any key" if unopened else None
            self._until = time.monotonic() + RECHECK_SECONDS
        return self._reason


def staff_id_of(email: str) -> str:
    """Raises NotFound."""
    with db.reading() as session:
        staff_id = session.scalar(select(StaffMember.id).where(StaffMember.email_key == key_of(email)))
    if staff_id is None:
        raise NotFound("Aucun compte de gestion n'a cette adresse.")
    return staff_id


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
        "second_factor": parts().derivation.opens(row.totp_sealed),
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
