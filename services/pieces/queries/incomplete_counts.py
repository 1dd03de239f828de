"""How many candidatures lack pieces: counted by the database for a job, and what the job counted, by session."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from services.contracts.api.missing_pieces import IncompleteSession
from services.contracts.piece_rules import Scan, Status
from services.pieces.domain.piece import days_left
from services.pieces.models import Candidature, Piece, Window
from services.pieces.queries.incomplete_candidatures import (
    CURRENT_SCAN,
    OPENING,
    WINDOW_KEY,
    OpeningKey,
    opening_order,
    openings_with_missing_pieces,
    select_of_pieces,
    session_label,
)

PAGE = 200
"""Candidatures that are counted by one statement."""


def count_page(session: Session, opening: OpeningKey, after: str, at: datetime) -> tuple[int, str | None]:
    """(how many of an opening's next PAGE candidatures lack pieces at `at`, the last one's id; None at its end)."""
    of_opening = [column == value for column, value in zip(OPENING, opening, strict=True)]
    page = select(Candidature.id).where(*of_opening, Candidature.id > after).order_by(Candidature.id).limit(PAGE)
    last = session.scalar(select(func.max(page.subquery().c.id)))
    number = select_of_pieces(func.count(Piece.candidature_id.distinct()))
    return session.scalar(number.where(Candidature.id.in_(page), is_lacking(at))) or 0, last


def is_lacking(at: datetime) -> ColumnElement[bool]:
    """`remaining_actions.is_to_deposit`, as SQL over `select_of_pieces`."""
    opens, closes = (
        func.coalesce(getattr(Window, name), getattr(Piece, name)) for name in ("deposit_opens", "deposit_closes")
    )
    is_unusable = and_(Piece.deposited, CURRENT_SCAN == Scan.INFECTED)
    refused_file = or_(~Piece.deposited, Piece.status == Status.NON_COMPLIANT, is_unusable)
    accepted = and_(~Piece.deposited, Piece.status.in_((Status.RECEIVED, Status.COMPLIANT)))
    again = and_(Piece.reopened_until > at, refused_file, ~func.coalesce(accepted, False))
    untouched = and_(Piece.validated_at.is_(None), Piece.status.is_(None), Piece.reopened_until.is_(None))
    first = and_(Piece.required, untouched, or_(~Piece.deposited, is_unusable), opens <= at, closes > at)
    return and_(Piece.asked, or_(again, first))


def incomplete_sessions(
    session: Session, counted: Mapping[OpeningKey, int], academies: Collection[str] | None, at: datetime
) -> tuple[IncompleteSession, ...]:
    """The sessions whose pieces can be deposited at `at`, within these académies (None: all), by label; `counted`: what
    the job recorded of each opening."""
    openings = openings_with_missing_pieces(session, academies, at)
    ends = _ends(session, openings, at)
    sessions = []
    for (name, exam), keys in groupby(openings, key=lambda key: opening_order(key)[:2]):
        of_session = list(keys)
        label = session_label(session, exam, name)
        if label is not None:
            numbers = [counted[key] for key in of_session if key in counted]
            closes = min((ends[key] for key in of_session if key in ends), default=None)
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


def _ends(session: Session, openings: Collection[OpeningKey], at: datetime) -> dict[OpeningKey, datetime]:
    """When the deposits end that are open."""
    query = select(*WINDOW_KEY, Window.deposit_closes).where(tuple_(*WINDOW_KEY).in_(openings))
    is_open = (Window.deposit_opens <= at, Window.deposit_closes > at)
    return {(row[0], row[1], row[2]): row[3] for row in session.execute(query.where(*is_open))}
