"""Staff accounts and their tools' tokens, in pages, without any secret or hash."""

from collections.abc import Collection, Iterator

from sqlalchemy import select

from services.accounts.dependencies import dependencies
from services.accounts.domain.emails import key_of
from services.accounts.domain.staff import member_state, share_an_academie
from services.accounts.models import StaffMember, StaffToken, db
from services.chassis.errors import found
from services.contracts.api.operation import answer_of
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


def staff_page(cursor: str = "", limit: int = TEAM_PAGE) -> Members:
    """Staff accounts by id, disabled ones too."""
    query = select(StaffMember).where(StaffMember.id > cursor).order_by(StaffMember.id).limit(limit)
    with db.reading_for_staff() as session:
        items = tuple(map(_member, session.scalars(query)))
    return Members(items=items, next_cursor=items[-1].id if len(items) == limit else None)


def member(staff_id: str) -> Member:
    """One staff account. Raises NotFound."""
    with db.reading() as session:
        row = found(session.get(StaffMember, staff_id), "Aucun compte de gestion ne porte cet identifiant.")
    return _member(row)


def names(academies: frozenset[str] | None, staff_ids: Collection[str]) -> StaffNames:
    """Of those who share an académie with somebody of `academies` (None: all); the others are missing."""
    with db.reading_for_staff() as session:
        rows = list(session.scalars(select(StaffMember).where(StaffMember.id.in_(staff_ids))))
    shown = (row for row in rows if share_an_academie(academies, row.academies))
    return StaffNames(items=tuple(answer_of(StaffName, row) for row in shown))


def token_page(staff_id: str | None = None, cursor: str = "", limit: int = TEAM_PAGE) -> ToolTokens:
    """Tokens by id, expired and revoked ones too; of all staff where no `staff_id` is given."""
    query = select(StaffToken, StaffMember.email).join(StaffMember, StaffMember.id == StaffToken.staff_id)
    if staff_id is not None:
        query = query.where(StaffToken.staff_id == staff_id)
    query = query.where(StaffToken.id > cursor).order_by(StaffToken.id).limit(limit)
    with db.reading_for_staff() as session:
        items = tuple(answer_of(ToolToken, token, email=email) for token, email in session.execute(query))
    return ToolTokens(items=items, next_cursor=items[-1].id if len(items) == limit else None)


def all_academies() -> Academies:
    """Those that a gestionnaire may be limited to."""
    return Academies(academies=tuple(Academie(value=known.code, label=known.name) for known in academies.all()))


def all_staff() -> Iterator[Member]:
    page = staff_page()
    yield from page.items
    while page.next_cursor:
        page = staff_page(page.next_cursor)
        yield from page.items


def all_tokens(staff_id: str | None = None) -> Iterator[ToolToken]:
    page = token_page(staff_id)
    yield from page.items
    while page.next_cursor:
        page = token_page(staff_id, page.next_cursor)
        yield from page.items


def is_staff(email: str) -> bool:
    """Whether a staff account has this address, disabled or not."""
    return _id_at(email) is not None


def staff_id_of(email: str) -> str:
    """Raises NotFound."""
    return found(_id_at(email), "Aucun compte de gestion n'a cette adresse.")


def _id_at(email: str) -> str | None:
    with db.reading() as session:
        return session.scalar(select(StaffMember.id).where(StaffMember.email_key == key_of(email)))


def _member(row: StaffMember) -> Member:
    return answer_of(
        Member,
        row,
        state=member_state(row.invited_at, row.disabled_at).value,
        second_factor=dependencies().derived_keys.opens(row.totp_sealed),
    )
