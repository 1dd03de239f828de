"""Openings as administrators see them: dates in force, how many people they concern, past changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound
from services.chassis.french import alphabetical
from services.registrations.domain.windows import State, state
from services.registrations.models import ACTIVE, Candidature, Draft, OpeningChange, OpeningRow
from services.registrations.queries.catalogue import OPENINGS, OpeningView, view_of


@dataclass(frozen=True)
class OpeningSummary:
    """`closes` and `deposit_closes` are exclusive ends; `revision` grows with each change of the dates.

    `moved`: an administrator's dates take precedence over the catalogue's.
    """

    id: str
    exam: str
    exam_label: str
    session: str
    session_label: str
    academie: str
    academie_label: str
    opens: datetime
    closes: datetime
    deposit_opens: datetime
    deposit_closes: datetime
    state: State
    moved: bool
    revision: int


def listed_openings(session: DbSession, at: datetime) -> list[OpeningSummary]:
    """Every opening of the catalogue in force: the newest session first, then by académie."""
    rows = session.execute(OPENINGS.where(OpeningRow.listed))
    summaries = [summary for row in rows if (summary := _summary_or_none(session, *row, at)) is not None]
    by_academie = sorted(summaries, key=lambda summary: (summary.exam, alphabetical(summary.academie_label)))
    return sorted(by_academie, key=lambda summary: summary.session, reverse=True)


def opening_detail(session: DbSession, opening_id: str, at: datetime) -> dict[str, Any]:
    """An opening with `drafts` and `candidatures` (their numbers) and its `changes`, the newest first.

    Raises NotFound, also for what the catalogue no longer defines.
    """
    row = session.execute(OPENINGS.where(OpeningRow.id == opening_id)).one_or_none()
    if row is None:
        raise NotFound()
    opening, change, digest = row
    summary = _summary(opening, change, view_of(session, opening, change, digest), at)
    return {
        **asdict(summary),
        "drafts": _number(session, Draft.opening_id == opening_id, Draft.closed_at.is_(None)),
        "candidatures": _number(session, Candidature.opening_id == opening_id, Candidature.state == ACTIVE),
        "changes": list(_past_changes(session, opening_id)),
    }


def _summary_or_none(
    session: DbSession, opening: OpeningRow, change: OpeningChange | None, digest: str, at: datetime
) -> OpeningSummary | None:
    try:
        return _summary(opening, change, view_of(session, opening, change, digest), at)
    except NotFound:  # of a session that the catalogue no longer defines
        return None


def _summary(opening: OpeningRow, change: OpeningChange | None, view: OpeningView, at: datetime) -> OpeningSummary:
    dates = view.opening
    return OpeningSummary(
        id=opening.id,
        exam=opening.exam,
        exam_label=view.exam.label,
        session=opening.session,
        session_label=view.session.label,
        academie=opening.academie,
        academie_label=dates.label,
        opens=dates.opens,
        closes=dates.closes,
        deposit_opens=dates.deposit_opens,
        deposit_closes=dates.deposit_closes,
        state=state(dates.opens, dates.closes, at),
        moved=change is not None,
        revision=opening.revision,
    )


def _number(session: DbSession, *conditions: Any) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _past_changes(session: DbSession, opening_id: str) -> Iterator[OpeningChange]:
    changes = select(OpeningChange).filter_by(opening_id=opening_id).order_by(OpeningChange.revision.desc())
    yield from session.scalars(changes)
