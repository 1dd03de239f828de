"""The job that goes up the ladders: every candidature that a due rung may concern is looked at once for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

import structlog
from sqlalchemy import select

from services.chassis.clock import PARIS, portal_now, to_paris
from services.chassis.jobs.registry import stopping
from services.contracts.reminder_rules import HOUR, MAX_DAYS, current_rung
from services.pieces.models import ReminderRound, Window, db
from services.pieces.operations.reminders import remind_by_ladder
from services.pieces.queries.incomplete_candidatures import OpeningKey, page_of_opening, refused_page

log = structlog.get_logger()


def remind_all_due() -> None:
    """Remind everyone whom a rung concerns that is due now and whose round is not finished."""
    at = portal_now()
    for name, opening in _due_rounds(at):
        if not _finish_round(name, _pages_of(opening), at):
            return
    _finish_round(f"refused/{_day_of_rungs(at)}", _pages_of_refused(at), at)


def _due_rounds(at: datetime) -> list[tuple[str, OpeningKey]]:
    """(name, opening) of each rung that is due in an opening. A moved deadline begins a new ladder."""
    with db.reading() as session:
        windows = session.scalars(select(Window).where(Window.deposit_closes > at)).all()
    rounds = []
    for window in windows:
        if (days := current_rung(window.deposit_closes, window.options.reminder_days, at)) is not None:
            opening = (window.exam_code, window.session_name, window.academie_code)
            end = window.deposit_closes.astimezone(UTC)
            rounds.append((f"{'/'.join(opening)}/{end.isoformat()}/{days}", opening))
    return rounds


def _finish_round(name: str, pages: Iterable[list[str]], at: datetime) -> bool:
    """Whether it is finished, now or before; not if the job has to stop."""
    with db.reading() as session:
        if session.get(ReminderRound, name) is not None:
            return True
    reminded = 0
    for page in pages:
        if stopping():
            return False
        with db.operation() as session:
            reminded += remind_by_ladder(session, page, at)
    with db.operation() as session:
        session.add(ReminderRound(name=name, finished_at=at))
    log.info("reminder_round_finished", round=name, candidates=reminded)
    return True


def _pages_of(opening: OpeningKey) -> Iterator[list[str]]:
    after = ""
    while True:
        with db.reading() as session:
            page = list(page_of_opening(session, opening, after))
        if not page:
            return
        yield page
        after = page[-1]


def _pages_of_refused(at: datetime) -> Iterator[list[str]]:
    """Candidatures with refused pieces, which have ends of their own."""
    after = (at, "")
    while True:
        with db.reading() as session:
            page = refused_page(session, after, at + timedelta(days=MAX_DAYS + 1))
        if not page:
            return
        yield sorted({candidature_id for _, _, candidature_id in page})
        after = page[-1][:2]


def _day_of_rungs(at: datetime) -> str:
    """The day whose HOUR was the last to pass: at it the rungs of refused pieces become due."""
    local = to_paris(at)
    begins = datetime.combine(local.date(), time(HOUR), tzinfo=PARIS)
    return (local.date() if at >= begins else local.date() - timedelta(days=1)).isoformat()
