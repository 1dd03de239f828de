"""Candidatures with pieces that can be deposited or validated now, with those pieces; the openings
that have such ones.

How many there are is what a job counted, by session.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from itertools import groupby
from operator import attrgetter

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, defer

from services.chassis.database.staff_lists import within
from services.contracts.api.missing_pieces import IncompleteSession
from services.contracts.piece_rules import Scan, Status
from services.pieces.domain.missing_pieces import is_unfinished
from services.pieces.domain.period import days_left
from services.pieces.domain.piece import CurrentDeposit
from services.pieces.models import (
    Candidature,
    Control,
    Deposit,
    Piece,
    Reminder,
    Window,
    Withdrawal,
)
from services.pieces.queries.paging import pages
from services.pieces.queries.pieces import is_not_withdrawn, state_of

PAGE = 50
"""Candidatures that are looked at by one statement."""
OpeningKey = tuple[str, str, str]
"""exam_code, session_name, academie_code"""
OPENING = (Candidature.exam_code, Candidature.session_name, Candidature.academie_code)
WINDOW_KEY = (Window.exam_code, Window.session_name, Window.academie_code)
_CURRENT_SCAN = (
    select(Deposit.scan)
    .where(Deposit.piece_id == Piece.id, Deposit.removed_at.is_(None))
    .correlate(Piece)
).scalar_subquery()
_MAY_BE_UNFINISHED = and_(
    Piece.asked,
    or_(
        Piece.resubmit_until.is_not(None),
        and_(
            or_(Piece.required, Piece.deposited),
            Piece.validated_at.is_(None),
            Piece.status.is_(None),
        ),
    ),
)


_PIECES = (
    select(Candidature, Piece, case((Piece.deposited, _CURRENT_SCAN)))
    .select_from(Piece)
    .join(Candidature, Candidature.id == Piece.candidature_id)
    .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
    .where(is_not_withdrawn(), _MAY_BE_UNFINISHED)
    .options(defer(Piece.formats))
)


@dataclass(frozen=True)
class MissingPiece:
    """A piece that is not finished. `deadline`: exclusive; `to_validate`: it is deposited;
    `refused`: « Non Conforme », to be deposited again."""

    piece: Piece
    deadline: datetime
    to_validate: bool

    @property
    def refused(self) -> bool:
        return self.piece.status == Status.NON_COMPLIANT

    @property
    def comment(self) -> str | None:
        return self.piece.status_comment if self.refused else None


@dataclass(frozen=True)
class MissingPart:
    """Missing pieces of one regroupement that share an exclusive `deadline`; at least one."""

    group_code: str
    deadline: datetime
    pieces: list[MissingPiece]

    @property
    def group_label(self) -> str:
        return self.pieces[0].piece.group_label


@dataclass(frozen=True)
class Incomplete:
    """A candidature whose `pieces`, in the catalogue's order, are not finished."""

    candidature: Candidature
    window: Window | None
    pieces: list[MissingPiece] = field(default_factory=list)

    def parts(self) -> Iterator[MissingPart]:
        """Yield the missing pieces by deadline, then by regroupement."""
        ordered = sorted(self.pieces, key=_part_of)  # stable: pieces stay in their order
        for (deadline, group_code), pieces in groupby(ordered, key=_part_of):
            yield MissingPart(group_code, deadline, list(pieces))


def _part_of(missing: MissingPiece) -> tuple[datetime, str]:
    return missing.deadline, missing.piece.group_code


def incomplete_among(
    transaction: Session,
    candidature_ids: Collection[str],
    academies: Collection[str] | None,
    at: datetime,
    *conditions: ColumnElement[bool],
) -> list[Incomplete]:
    """Return which of these candidatures, within these académies (None: all), have unfinished
    pieces at `at`, ordered by id. `conditions`: on these pieces."""
    query = _PIECES.where(
        Candidature.id.in_(candidature_ids), Piece.candidature_id.in_(candidature_ids)
    )
    query = query.where(within(academies, Candidature.academie_code))
    by_id: dict[str, Incomplete] = {}
    window_of = cache(partial(transaction.get, Window))  # a page's candidatures share one
    for candidature, piece, scan in transaction.execute(
        query.where(*conditions).order_by(Piece.candidature_id, Piece.position, Piece.code)
    ):
        window = window_of(
            (candidature.exam_code, candidature.session_name, candidature.academie_code)
        )
        state = state_of(
            piece, window, CurrentDeposit(Scan(scan), controlled=False) if scan else None
        )
        if is_unfinished(state, at):
            incomplete = by_id.setdefault(candidature.id, Incomplete(candidature, window))
            incomplete.pieces.append(MissingPiece(piece, state.deadline, state.provided))
    return list(by_id.values())


def page_of_opening(
    transaction: Session, opening: OpeningKey, after: str, *conditions: ColumnElement[bool]
) -> Sequence[str]:
    """Return the ids of the next candidatures of an opening, PAGE at most; empty at its end."""
    of_opening = [column == value for column, value in zip(OPENING, opening, strict=True)]
    query = select(Candidature.id).where(*of_opening, *conditions, Candidature.id > after)
    return transaction.scalars(query.order_by(Candidature.id).limit(PAGE)).all()


def pages_of_opening(opening: OpeningKey) -> Iterator[Sequence[str]]:
    """Yield the ids of all candidatures of an opening, each page in a transaction of its own."""
    return pages(lambda transaction, after: page_of_opening(transaction, opening, after), "", str)


def with_others_of_candidates(
    transaction: Session, candidature_ids: Collection[str]
) -> Sequence[str]:
    """Return the ids of all candidatures of the candidates who have these."""
    candidates = select(Candidature.candidate_id).where(Candidature.id.in_(candidature_ids))
    return transaction.scalars(
        select(Candidature.id).where(Candidature.candidate_id.in_(candidates))
    ).all()


def refused_page(
    transaction: Session, after: tuple[datetime, str], until: datetime
) -> Sequence[tuple[datetime, str, str]]:
    """Return the refused pieces whose second try ends from `after` to `until`, by that end.

    Each is (resubmit_until, id of the piece, id of the candidature); PAGE of them at most.
    """
    query = (
        select(Piece.resubmit_until, Piece.id, Piece.candidature_id)
        .where(Piece.resubmit_until.is_not(None), Piece.resubmit_until <= until)
        .where(tuple_(Piece.resubmit_until, Piece.id) > after)
        .order_by(Piece.resubmit_until, Piece.id)
    )
    return [
        (end, piece, candidature)
        for end, piece, candidature in transaction.execute(query.limit(PAGE))
        if end
    ]


def openings_with_missing_pieces(
    transaction: Session, academies: Collection[str] | None, at: datetime
) -> dict[OpeningKey, datetime | None]:
    """Return the openings, within these académies (None: all), that have pieces to deposit at `at`,
    by session, exam and académie.

    Those whose deposit is open have its exclusive end; those that only have refused pieces which
    can be deposited again have None.
    """
    periods = select(*WINDOW_KEY, Window.deposit_closes).where(
        Window.deposit_opens <= at,
        Window.deposit_closes > at,
        within(academies, Window.academie_code),
    )
    refused = (
        select(*OPENING)
        .join(Piece, Piece.candidature_id == Candidature.id)
        .where(Piece.resubmit_until.is_not(None), Piece.resubmit_until > at)
        .where(within(academies, Piece.academie_code), within(academies, Candidature.academie_code))
        .distinct()
    )
    ends: dict[OpeningKey, datetime | None] = {
        (row[0], row[1], row[2]): None for row in transaction.execute(refused)
    }
    ends |= {(row[0], row[1], row[2]): row[3] for row in transaction.execute(periods)}
    return {key: ends[key] for key in sorted(ends, key=opening_order)}


def opening_order(key: OpeningKey) -> tuple[str, str, str]:
    """Return what orders openings in lists: session, exam, académie."""
    return key[1], key[0], key[2]


def session_label(transaction: Session, exam_code: str, session_name: str) -> str | None:
    """Return how the session is called, « BTS 2022 »; None where nobody has a candidature."""
    query = select(Candidature.session_label).where(
        Candidature.exam_code == exam_code, Candidature.session_name == session_name
    )
    return transaction.scalar(query.order_by(*OPENING).limit(1))


def last_reminders(transaction: Session, candidature_ids: Collection[str]) -> dict[str, datetime]:
    """Return when the candidates of these candidatures were last reminded, by candidature."""
    query = select(Reminder.candidature_id, func.max(Reminder.reminded_at)).group_by(
        Reminder.candidature_id
    )
    return {
        row[0]: row[1]
        for row in transaction.execute(query.where(Reminder.candidature_id.in_(candidature_ids)))
    }


def refused_since(transaction: Session, incomplete: Sequence[Incomplete]) -> dict[str, datetime]:
    """Return when the refused pieces of these candidatures were last controlled, by piece."""
    piece_ids = [
        missing.piece.id for entry in incomplete for missing in entry.pieces if missing.refused
    ]
    if not piece_ids:
        return {}
    query = select(Control.piece_id, func.max(Control.controlled_at)).group_by(Control.piece_id)
    return {
        row[0]: row[1]
        for row in transaction.execute(query.where(Control.piece_id.in_(piece_ids), Control.counts))
    }


by_candidate = attrgetter("candidature.candidate_id")


def incomplete_sessions(
    transaction: Session,
    counted: Mapping[OpeningKey, int],
    academies: Collection[str] | None,
    at: datetime,
) -> tuple[IncompleteSession, ...]:
    """Answer the sessions whose pieces can be deposited at `at`, within these académies (None:
    all), by label. `counted`: what the job recorded of each opening."""
    openings = openings_with_missing_pieces(transaction, academies, at)
    sessions = []
    for (name, exam), keys in groupby(openings, key=lambda key: opening_order(key)[:2]):
        of_session = list(keys)
        label = session_label(transaction, exam, name)
        if label is not None:
            numbers = [counted[key] for key in of_session if key in counted]
            closes = min(filter(None, map(openings.get, of_session)), default=None)
            sessions.append(
                IncompleteSession(
                    exam=exam,
                    session=name,
                    label=label,
                    candidatures=sum(numbers) if numbers else None,
                    deposit_closes=closes,
                    days_left=days_left(closes, at) if closes else None,
                )
            )
    return tuple(sorted(sessions, key=lambda entry: (entry.label, entry.exam)))
