"""Reminds candidates of missing pieces: by the ladder of their session, and by hand for a
selection.

Each reminder is recorded in the transaction of its event, with the candidatures locked: a deposit
comes before it or after it, and a job that dies in the middle repeats nothing.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.database.staff_lists import academies_shown, within
from services.chassis.events import publish
from services.chassis.process.stopping import stopping
from services.chassis.tasks import gauges
from services.chassis.tasks.new_tasks import follow_up
from services.chassis.web.access_tokens import Caller
from services.clock import PARIS, iso_utc, portal_now, to_paris
from services.contracts.api import missing_pieces as api
from services.contracts.api.operation import answer_of
from services.contracts.page_sizes import LARGEST_PAGE
from services.contracts.piece_rules import ReminderOutcome
from services.contracts.pieces import (
    IncompleteCandidature,
    MissingGroup,
    MissingPiece,
    PiecesReminded,
)
from services.contracts.reminder_rules import HOUR, MAX_DAYS, current_rung
from services.pieces.domain.missing_pieces import due_rung
from services.pieces.metrics import INCOMPLETE
from services.pieces.models import (
    AuditEntry,
    Candidature,
    Reminder,
    ReminderRound,
    Window,
    Withdrawal,
    db,
)
from services.pieces.queries import incomplete_candidatures as queries
from services.pieces.queries.incomplete_candidatures import Incomplete, OpeningKey
from services.pieces.queries.missing_pieces_list import incomplete_page
from services.pieces.queries.pieces import is_not_withdrawn, lock_candidatures, pages

log = structlog.get_logger()

Part = tuple[str, datetime, int | None]
"""(regroupement, deadline, days before it): a rung of the ladder; without days, what was reminded
of by hand."""
MOST_COUNTED_PAGES = 100
"""Of the list, each of a bounded number of candidatures."""
REMIND_LIST = "remind_list"
ID_LENGTH = 32
"""Characters of a task's id, as of all ids."""


def remind_by_ladder(transaction: Session, candidature_ids: Sequence[str], at: datetime) -> int:
    """Remind the candidates of these candidatures of all that they lack, in other candidatures too,
    where a rung is due and was not sent: one mail each.

    Returns how many were reminded. To be called in a transaction.
    """
    of_candidates = queries.with_others_of_candidates(transaction, candidature_ids)
    lock_candidatures(transaction, of_candidates)
    incomplete = queries.incomplete_among(transaction, of_candidates, None, at)
    due = _due(transaction, incomplete, at)
    reminded = {
        lacking.candidature.candidate_id for lacking in incomplete if lacking.candidature.id in due
    }
    to_remind = [lacking for lacking in incomplete if lacking.candidature.candidate_id in reminded]
    _remind(transaction, to_remind, due, Actor("service", "pieces"), at)
    return len(reminded)


def _remind(
    transaction: Session,
    incomplete: Sequence[Incomplete],
    parts: Mapping[str, list[Part]],
    actor: Actor,
    at: datetime,
) -> None:
    """Remind the candidates of these candidatures, one mail each. `parts`, by candidature: what it
    counts for."""
    for candidate_id, group in groupby(
        sorted(incomplete, key=queries.by_candidate), key=queries.by_candidate
    ):
        of_candidate = list(group)
        event = PiecesReminded(
            candidate_id=candidate_id,
            reminded_at=iso_utc(at),
            candidatures=tuple(map(contract_of, of_candidate)),
        )
        event_id = publish(transaction, event, subject=candidate_id)
        for lacking in of_candidate:
            _record(
                transaction, lacking, parts.get(lacking.candidature.id, ()), actor, event_id, at
            )


def contract_of(incomplete: Incomplete) -> IncompleteCandidature:
    """A candidature as events hold it."""
    groups = tuple(
        MissingGroup(
            label=pieces[0].piece.group_label,
            deposit_closes=iso_utc(until),
            pieces=tuple(answer_of(MissingPiece, missing, missing.piece) for missing in pieces),
        )
        for _, until, pieces in incomplete.parts()
    )
    return IncompleteCandidature(incomplete.candidature.id, incomplete.candidature.version, groups)


def _due(
    transaction: Session, incomplete: Sequence[Incomplete], at: datetime
) -> dict[str, list[Part]]:
    """The rungs that are due and not recorded, by candidature."""
    concerned = [
        lacking for lacking in incomplete if lacking.window and lacking.window.options.reminder_days
    ]
    refused = queries.refused_since(transaction, concerned)
    recorded = _recorded(transaction, [lacking.candidature.id for lacking in concerned])
    due: dict[str, list[Part]] = {}
    for lacking in concerned:
        for part in _due_parts(lacking, refused, at):
            if (lacking.candidature.id, *part) not in recorded:
                due.setdefault(lacking.candidature.id, []).append(part)
    return due


def _due_parts(
    lacking: Incomplete, refused: Mapping[str, datetime], at: datetime
) -> Iterator[Part]:
    ladder = lacking.window.options.reminder_days if lacking.window else ()
    for group_code, until, pieces in lacking.parts():
        owed = [
            missing.piece.id for missing in pieces if not missing.to_validate
        ]  # a deposit ends the ladder
        since = max(
            (refused.get(piece_id, lacking.candidature.saved_at) for piece_id in owed), default=None
        )
        if since and (days := due_rung(until, since, ladder, at)) is not None:
            yield group_code, until, days


def _recorded(
    transaction: Session, candidature_ids: Collection[str]
) -> set[tuple[str, str, datetime, int | None]]:
    columns = (Reminder.candidature_id, Reminder.group_code, Reminder.deadline, Reminder.days)
    query = select(*columns).where(
        Reminder.candidature_id.in_(candidature_ids), Reminder.days.is_not(None)
    )
    return {(row[0], row[1], row[2], row[3]) for row in transaction.execute(query)}


def _record(
    transaction: Session,
    lacking: Incomplete,
    parts: Iterable[Part],
    actor: Actor,
    event_id: str,
    at: datetime,
) -> None:
    staff_id = actor.id if actor.kind == "staff" else None
    reminder = {
        "candidature_id": lacking.candidature.id,
        "reminded_at": at,
        "staff_id": staff_id,
        "event_id": event_id,
    }
    for group_code, deadline, days in parts:
        transaction.add(Reminder(group_code=group_code, deadline=deadline, days=days, **reminder))
    after = {"event_id": event_id, "pieces": [missing.piece.code for missing in lacking.pieces]}
    AuditEntry.record(
        transaction, actor, "candidature.reminded", lacking.candidature.id, after=after
    )


def remind_all_due() -> None:
    """Remind everyone whom a rung concerns that is due now and whose round is not finished."""
    at = portal_now()
    for name, opening in _due_rounds(at):
        if not _finish_round(name, _pages_of(opening), at):
            return
    _finish_round(f"refused/{_day_of_rungs(at)}", _pages_of_refused(at), at)


def _due_rounds(at: datetime) -> list[tuple[str, OpeningKey]]:
    """(name, opening) of each rung that is due in an opening. A moved deadline begins a new
    ladder."""
    with db.reading() as transaction:
        windows = transaction.scalars(select(Window).where(Window.deposit_closes > at)).all()
    rounds = []
    for window in windows:
        if (
            days := current_rung(window.deposit_closes, window.options.reminder_days, at)
        ) is not None:
            opening = (window.exam_code, window.session_name, window.academie_code)
            end = window.deposit_closes.astimezone(UTC)
            rounds.append((f"{'/'.join(opening)}/{end.isoformat()}/{days}", opening))
    return rounds


def _finish_round(name: str, rounds: Iterable[Sequence[str]], at: datetime) -> bool:
    """Whether it is finished, now or before; not if the job has to stop."""
    with db.reading() as transaction:
        if transaction.get(ReminderRound, name) is not None:
            return True
    reminded = 0
    for page in rounds:
        if stopping():
            return False
        with db.operation() as transaction:
            reminded += remind_by_ladder(transaction, page, at)
    with db.operation() as transaction:
        transaction.add(ReminderRound(name=name, finished_at=at))
    log.info("reminder_round_finished", round=name, candidates=reminded)
    return True


def _pages_of(opening: OpeningKey) -> Iterator[Sequence[str]]:
    return pages(
        lambda transaction, after: queries.page_of_opening(transaction, opening, after), "", str
    )


def _pages_of_refused(at: datetime) -> Iterator[list[str]]:
    """Candidatures with refused pieces, which have ends of their own."""
    until = at + timedelta(days=MAX_DAYS + 1)
    for page in pages(
        lambda transaction, after: queries.refused_page(transaction, after, until),
        (at, ""),
        itemgetter(0, 1),
    ):
        yield sorted({candidature_id for _, _, candidature_id in page})


def _day_of_rungs(at: datetime) -> str:
    """The day whose HOUR was the last to pass: at it the rungs of refused pieces become due."""
    local = to_paris(at)
    begins = datetime.combine(local.date(), time(HOUR), tzinfo=PARIS)
    return (local.date() if at >= begins else local.date() - timedelta(days=1)).isoformat()


def whole_list(by: Caller, **filters: Any) -> api.WholeList:
    """All that the list with these filters finds, counted up to a bound. Raises NotFound."""
    at = portal_now()
    cursor = None
    listed = 0
    reminded = 0
    to_mail = set[str]()
    for _ in range(MOST_COUNTED_PAGES):
        items, cursor = _listed(by, filters, cursor, at)
        listed += len(items)
        is_today = [
            item.last_reminder is not None and _same_day(item.last_reminder, at) for item in items
        ]
        reminded += sum(is_today)
        pairs = zip(items, is_today, strict=True)
        to_mail |= {
            item.candidature.candidate_id for item, was_reminded in pairs if not was_reminded
        }
        if cursor is None:
            break
    return api.WholeList(
        candidatures=listed, reminded=reminded, mails=len(to_mail), is_complete=cursor is None
    )


def _listed(
    by: Caller, filters: Mapping[str, str], cursor: str | None, at: datetime
) -> tuple[tuple[api.IncompleteCandidature, ...], str | None]:
    with db.reading_for_staff() as transaction:
        openings = queries.openings_with_missing_pieces(transaction, by.academies, at)
        return incomplete_page(
            transaction, openings, by.academies, at, LARGEST_PAGE, cursor, **filters
        )


def remind_whole_list(by: Caller, **filters: Any) -> None:
    """Have all that the list with these filters finds reminded in pages. Raises NotFound."""
    academies_shown(by.academies, filters.get("academie"))
    academies = None if by.academies is None else sorted(by.academies)
    data = {"staff_id": by.id, "academies": academies, "filters": filters, "cursor": None}
    with db.operation() as transaction:
        follow_up(transaction, REMIND_LIST, data, subject=by.id)


def remind_page(data: Mapping[str, Any], task_id: str) -> None:
    """Remind a page of a list, and have the pages after it reminded.

    Done again, it sends nothing more on the same day, and asks for the next page once: that one's
    task has an id that follows from this one's, `task_id`.
    """
    academies = data["academies"]
    by = Caller(
        "staff", data["staff_id"], academies=None if academies is None else frozenset(academies)
    )
    items, next_cursor = _listed(by, data["filters"], data["cursor"], portal_now())
    remind_selection(by, [item.candidature.id for item in items])
    if next_cursor:
        following = dict(data) | {"cursor": next_cursor}
        next_id = hashlib.sha256(f"after {task_id}".encode()).hexdigest()[:ID_LENGTH]
        with db.operation() as transaction:
            follow_up(transaction, REMIND_LIST, following, subject=by.id, task_id=next_id)


def remind_selection(by: Caller, candidatures: Sequence[str]) -> api.ReminderResults:
    """Remind the candidates of these candidatures of all that they lack; repeated on the same day
    it sends nothing more. A few of them at a time are one transaction."""
    outcomes = dict.fromkeys(candidatures, ReminderOutcome.NOT_FOUND)
    query = (
        select(Candidature.id)
        .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
        .where(
            Candidature.id.in_(candidatures),
            is_not_withdrawn(),
            within(by.academies, Candidature.academie_code),
        )
        .order_by(Candidature.candidate_id, Candidature.id)  # those of one candidate share a mail
    )
    with db.reading_for_staff() as transaction:
        known = transaction.scalars(query).all()
    for first in range(0, len(known), queries.PAGE):
        with db.operation() as transaction:
            outcomes |= _remind_some(
                transaction, by, known[first : first + queries.PAGE], portal_now()
            )
    results = (
        api.ReminderResult(candidature=key, outcome=outcome) for key, outcome in outcomes.items()
    )
    return api.ReminderResults(results=tuple(results))


def _remind_some(
    transaction: Session, by: Caller, ids: Sequence[str], at: datetime
) -> dict[str, ReminderOutcome]:
    lock_candidatures(transaction, ids)
    reminded = {
        key for key, last in queries.last_reminders(transaction, ids).items() if _same_day(last, at)
    }
    incomplete = {
        entry.candidature.id: entry
        for entry in queries.incomplete_among(transaction, ids, by.academies, at)
    }
    to_remind = {key: entry for key, entry in incomplete.items() if key not in reminded}
    parts: dict[str, list[Part]] = {
        key: [(group_code, until, None) for group_code, until, _ in entry.parts()]
        for key, entry in to_remind.items()
    }
    _remind(transaction, list(to_remind.values()), parts, Actor("staff", by.id), at)
    return {
        **dict.fromkeys(ids, ReminderOutcome.NOTHING_MISSING),
        **dict.fromkeys(incomplete, ReminderOutcome.ALREADY_TODAY),
        **dict.fromkeys(to_remind, ReminderOutcome.SENT),
    }


def _same_day(instant: datetime, at: datetime) -> bool:
    """Of Paris."""
    return to_paris(instant).date() == to_paris(at).date()


def record_incomplete_counts() -> None:
    """Count the candidatures that lack pieces, for the home page of gestionnaires and for
    operators; a few at a time: nothing is held up, however many there are."""
    at = portal_now()
    with db.reading() as transaction:
        openings = queries.openings_with_missing_pieces(transaction, None, at)
    numbers: dict[tuple[str, ...], float] = dict.fromkeys(openings, 0)
    for opening in openings:
        for page in _pages_of(opening):
            if stopping():
                return
            with db.reading() as transaction:
                numbers[opening] += len(queries.incomplete_among(transaction, page, None, at))
    gauges.record(db, INCOMPLETE, numbers)
