"""The job that reminds by the ladders of sessions: everyone whom a rung concerns, once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from operator import itemgetter

import structlog
from sqlalchemy import select

from services.chassis.process.stopping import stopping
from services.clock import PARIS, portal_now, to_paris
from services.contracts.reminder_rules import HOUR, MAX_DAYS, current_rung
from services.pieces.models import ReminderRound, Window, db
from services.pieces.operations.reminders import remind_by_ladder
from services.pieces.queries import incomplete_candidatures as queries
from services.pieces.queries.incomplete_candidatures import OpeningKey
from services.pieces.queries.paging import pages

log = structlog.get_logger()


@dataclass(frozen=True)
class _Round:
    """A rung that is due in an opening. A moved deadline begins a new ladder."""

    opening: OpeningKey
    deposit_closes: datetime
    days: int

    @property
    def name(self) -> str:
        end = self.deposit_closes.astimezone(UTC)
        return f"{'/'.join(self.opening)}/{end.isoformat()}/{self.days}"


def remind_all_due() -> None:
    """Remind everyone whom a rung concerns that is due now and whose round is not finished."""
    at = portal_now()
    for due in _due_rounds(at):
        if not _finish_round(due.name, queries.pages_of_opening(due.opening), at):
            return
    _finish_round(f"refused/{_day_of_rungs(at)}", _pages_of_refused(at), at)


def _due_rounds(at: datetime) -> list[_Round]:
    with db.reading() as transaction:
        windows = transaction.scalars(select(Window).where(Window.deposit_closes > at)).all()
    rounds = []
    for window in windows:
        days = current_rung(window.deposit_closes, window.options.reminder_days, at)
        if days is not None:
            opening = (window.exam_code, window.session_name, window.academie_code)
            rounds.append(_Round(opening, window.deposit_closes, days))
    return rounds


def _finish_round(name: str, pages_to_remind: Iterable[Sequence[str]], at: datetime) -> bool:
    """Remind the candidatures of these pages, unless the round is finished already.

    Return whether it is finished: it is not if the job has to stop.
    """
    with db.reading() as transaction:
        if transaction.get(ReminderRound, name) is not None:
            return True
    reminded = 0
    for page in pages_to_remind:
        if stopping():
            return False
        with db.operation() as transaction:
            reminded += remind_by_ladder(transaction, page, at)
    with db.operation() as transaction:
        transaction.add(ReminderRound(name=name, finished_at=at))
    log.info("reminder_round_finished", round=name, candidates=reminded)
    return True


def _pages_of_refused(at: datetime) -> Iterator[list[str]]:
    """Yield the ids of candidatures with refused pieces, which have ends of their own."""
    until = at + timedelta(days=MAX_DAYS + 1)
    for page in pages(
        lambda transaction, after: queries.refused_page(transaction, after, until),
        (at, ""),
        itemgetter(0, 1),
    ):
        yield sorted({candidature_id for _, _, candidature_id in page})


def _day_of_rungs(at: datetime) -> str:
    """Return the day whose HOUR was the last to pass: at it the rungs of refused pieces become
    due."""
    local = to_paris(at)
    begins = datetime.combine(local.date(), time(HOUR), tzinfo=PARIS)
    return (local.date() if at >= begins else local.date() - timedelta(days=1)).isoformat()
