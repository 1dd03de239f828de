"""Openings as administrators see them: dates in force, how many people they concern, past changes; and messages of
the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound, found
from services.chassis.french import alphabetical
from services.contracts.api import administration as api
from services.contracts.api.administration import Messages, PublishedMessage
from services.contracts.api.openings import HomeMessage
from services.contracts.api.operation import answer_of
from services.contracts.registration_rules import ACTIVE, SEVERITIES
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.domain.windows import state
from services.registrations.models import Candidature, Draft, Message, OpeningChange, OpeningRow
from services.registrations.queries.catalogue import OPENINGS, view_of

AnyOpening = TypeVar("AnyOpening", bound=api.OpeningSummary)


def listed_openings(session: DbSession, at: datetime) -> api.Openings:
    """Every opening of the catalogue in force: the newest session first, then by académie."""
    rows = session.execute(OPENINGS.where(OpeningRow.listed))
    summaries = [summary for row in rows if (summary := _summary_or_none(session, *row, at)) is not None]
    by_academie = sorted(summaries, key=lambda summary: (summary.exam, alphabetical(summary.academie_label)))
    newest_first = sorted(by_academie, key=lambda summary: summary.session, reverse=True)
    return api.Openings(openings=tuple(newest_first))


def opening_detail(session: DbSession, opening_id: str, at: datetime) -> api.OpeningDetail:
    """Raises NotFound, also for what the catalogue no longer defines."""
    row = found(session.execute(OPENINGS.where(OpeningRow.id == opening_id)).one_or_none())
    opening, change, digest = row
    return _opening(
        api.OpeningDetail,
        opening,
        change,
        view_of(session, opening, change, digest),
        at,
        drafts=_number(session, Draft.opening_id == opening_id, Draft.closed_at.is_(None)),
        candidatures=_number(session, Candidature.opening_id == opening_id, Candidature.state == ACTIVE),
        changes=tuple(answer_of(api.OpeningChange, past) for past in _past_changes(session, opening_id)),
    )


def _summary_or_none(
    session: DbSession, opening: OpeningRow, change: OpeningChange | None, digest: str, at: datetime
) -> api.OpeningSummary | None:
    try:
        return _opening(api.OpeningSummary, opening, change, view_of(session, opening, change, digest), at)
    except NotFound:  # of a session that the catalogue no longer defines
        return None


def _opening(
    answer: type[AnyOpening],
    opening: OpeningRow,
    change: OpeningChange | None,
    view: OpeningView,
    at: datetime,
    **others: Any,
) -> AnyOpening:
    return answer_of(
        answer,
        view.opening,
        id=opening.id,
        exam=opening.exam,
        exam_label=view.exam.label,
        session=opening.session,
        session_label=view.session.label,
        academie_label=view.opening.label,
        state=state(view.opening, at),
        moved=change is not None,
        revision=opening.revision,
        **others,
    )


def _number(session: DbSession, *conditions: Any) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _past_changes(session: DbSession, opening_id: str) -> Iterator[OpeningChange]:
    changes = select(OpeningChange).filter_by(opening_id=opening_id).order_by(OpeningChange.revision.desc())
    yield from session.scalars(changes)


def shown_messages(session: DbSession, at: datetime) -> list[HomeMessage]:
    """Messages within [shown_from, shown_until), the most severe first."""
    rows = session.scalars(
        select(Message).where(Message.shown_from <= at, Message.shown_until > at).order_by(Message.shown_from)
    )
    messages = sorted(rows, key=lambda row: SEVERITIES.index(row.severity), reverse=True)
    return [answer_of(HomeMessage, row) for row in messages]


def all_messages(session: DbSession) -> Messages:
    """Every message not withdrawn, whatever its dates, the latest first."""
    rows = session.scalars(select(Message).order_by(Message.shown_from.desc()))
    return Messages(messages=tuple(answer_of(PublishedMessage, row) for row in rows))
