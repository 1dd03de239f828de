"""Staff remind the candidates of some candidatures, or of a whole list that their filters find.

Repeated on the same day it sends nothing more.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.database.staff_lists import academies_shown, within
from services.chassis.tasks.new_tasks import follow_up
from services.chassis.web.access_tokens import Caller
from services.clock import portal_now, to_paris
from services.contracts.api import missing_pieces as api
from services.contracts.api.staff_lists import ListFilters, ListPage
from services.contracts.page_sizes import LARGEST_PAGE
from services.contracts.piece_rules import ReminderOutcome
from services.pieces.models import Candidature, Withdrawal, db
from services.pieces.operations.reminders import Reminded, remind
from services.pieces.queries import incomplete_candidatures as queries
from services.pieces.queries.locks import lock_candidatures
from services.pieces.queries.missing_pieces_list import IncompletePage, incomplete_page
from services.pieces.queries.pieces import is_not_withdrawn

MOST_COUNTED_PAGES = 100
"""Of the list, each of a bounded number of candidatures."""
REMIND_LIST = "remind_list"
ID_LENGTH = 32
"""Characters of a task's id, as of all ids."""


@dataclass(frozen=True)
class ListToRemind:
    """What is left of a list that a member of staff has reminded, page by page, as the task of its
    next page holds it. `academies`: that they see (None: all), by code."""

    staff_id: str
    academies: list[str] | None
    filters: Mapping[str, str]
    cursor: str | None = None

    @property
    def by(self) -> Caller:
        academies = None if self.academies is None else frozenset(self.academies)
        return Caller("staff", self.staff_id, academies=academies)

    @property
    def data(self) -> dict[str, object]:
        return {
            "staff_id": self.staff_id,
            "academies": self.academies,
            "filters": dict(self.filters),
            "cursor": self.cursor,
        }


@dataclass
class _Counted:
    """What a list has been found to hold so far."""

    candidatures: int = 0
    reminded_today: int = 0
    to_mail: set[str] = field(default_factory=set)

    def add(self, items: Sequence[api.IncompleteCandidature], at: datetime) -> None:
        self.candidatures += len(items)
        for item in items:
            if item.last_reminder is not None and _is_same_day(item.last_reminder, at):
                self.reminded_today += 1
            else:
                self.to_mail.add(item.candidature.candidate_id)


def count_whole_list(by: Caller, narrowed: ListFilters) -> api.WholeList:
    """Count what the list with these filters finds, up to a bound. Raises NotFound."""
    at = portal_now()
    cursor: str | None = None
    counted = _Counted()
    for _ in range(MOST_COUNTED_PAGES):
        page = _page(by, narrowed, cursor, at)
        counted.add(page.items, at)
        cursor = page.next_cursor
        if cursor is None:
            break
    return api.WholeList(
        candidatures=counted.candidatures,
        reminded=counted.reminded_today,
        mails=len(counted.to_mail),
        is_complete=cursor is None,
    )


def _page(by: Caller, narrowed: ListFilters, cursor: str | None, at: datetime) -> IncompletePage:
    asked = ListPage(filters=narrowed.filters, limit=LARGEST_PAGE, cursor=cursor)
    with db.reading_for_staff() as transaction:
        openings = queries.openings_with_missing_pieces(transaction, by.academies, at)
        return incomplete_page(transaction, openings, by.academies, at, asked)


def remind_whole_list(by: Caller, narrowed: ListFilters) -> None:
    """Have all that the list with these filters finds reminded in pages. Raises NotFound."""
    academies_shown(by.academies, narrowed.filters.get("academie"))
    academies = None if by.academies is None else sorted(by.academies)
    to_remind = ListToRemind(by.id, academies, narrowed.filters)
    with db.operation() as transaction:
        follow_up(transaction, REMIND_LIST, to_remind.data, subject=by.id)


def remind_page(to_remind: ListToRemind, task_id: str) -> None:
    """Remind a page of a list, and have the pages after it reminded.

    Done again, it sends nothing more on the same day, and asks for the next page once: that one's
    task has an id that follows from this one's, `task_id`.
    """
    by = to_remind.by
    narrowed = ListFilters(filters=to_remind.filters)
    page = _page(by, narrowed, to_remind.cursor, portal_now())
    remind_selection(by, [item.candidature.id for item in page.items])
    if page.next_cursor:
        following = replace(to_remind, cursor=page.next_cursor)
        next_id = hashlib.sha256(f"after {task_id}".encode()).hexdigest()[:ID_LENGTH]
        with db.operation() as transaction:
            follow_up(transaction, REMIND_LIST, following.data, subject=by.id, task_id=next_id)


def remind_selection(by: Caller, candidature_ids: Sequence[str]) -> api.ReminderResults:
    """Remind the candidates of these candidatures of all that they lack; repeated on the same day
    it sends nothing more. A few of them at a time are one transaction."""
    outcomes = dict.fromkeys(candidature_ids, ReminderOutcome.NOT_FOUND)
    known = _known_to(by, candidature_ids)
    for first in range(0, len(known), queries.PAGE):
        page = known[first : first + queries.PAGE]
        with db.operation() as transaction:
            outcomes |= _remind_some(transaction, by, page, portal_now())
    results = (
        api.ReminderResult(candidature=key, outcome=outcome) for key, outcome in outcomes.items()
    )
    return api.ReminderResults(results=tuple(results))


def _known_to(by: Caller, candidature_ids: Sequence[str]) -> Sequence[str]:
    """Return which of these candidatures the caller may see; those of one candidate, who share a
    mail, follow each other."""
    query = (
        select(Candidature.id)
        .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
        .where(
            Candidature.id.in_(candidature_ids),
            is_not_withdrawn(),
            within(by.academies, Candidature.academie_code),
        )
        .order_by(Candidature.candidate_id, Candidature.id)
    )
    with db.reading_for_staff() as transaction:
        return transaction.scalars(query).all()


def _remind_some(
    transaction: Session, by: Caller, ids: Sequence[str], at: datetime
) -> dict[str, ReminderOutcome]:
    lock_candidatures(transaction, ids)
    reminded = {
        key
        for key, last in queries.last_reminders(transaction, ids).items()
        if _is_same_day(last, at)
    }
    incomplete = {
        entry.candidature.id: entry
        for entry in queries.incomplete_among(transaction, ids, by.academies, at)
    }
    to_remind = {key: entry for key, entry in incomplete.items() if key not in reminded}
    recorded_of = {
        key: [Reminded(part.group_code, part.deadline) for part in entry.parts()]
        for key, entry in to_remind.items()
    }
    remind(transaction, list(to_remind.values()), recorded_of, Actor("staff", by.id), at)
    return {
        **dict.fromkeys(ids, ReminderOutcome.NOTHING_MISSING),
        **dict.fromkeys(incomplete, ReminderOutcome.ALREADY_TODAY),
        **dict.fromkeys(to_remind, ReminderOutcome.SENT),
    }


def _is_same_day(instant: datetime, at: datetime) -> bool:
    """Return whether both are on one day of Paris."""
    return to_paris(instant).date() == to_paris(at).date()
