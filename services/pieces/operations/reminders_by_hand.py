"""A gestionnaire reminds the candidates of a selection of what they lack; each candidature gets its outcome."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now, to_paris
from services.contracts.page_sizes import LARGEST_PAGE
from services.contracts.piece_rules import ReminderOutcome
from services.pieces.models import Candidature, Withdrawal, db
from services.pieces.operations.controls import Gestionnaire
from services.pieces.operations.reminders import lock_candidatures, remind_by_hand
from services.pieces.queries.incomplete_candidatures import PAGE, incomplete_among, last_reminders
from services.pieces.queries.missing_pieces_list import list_page
from services.pieces.queries.pieces import is_not_withdrawn

MOST_PAGES = 5
"""Of the list, that one request looks at, each of a bounded number of candidatures."""


@dataclass(frozen=True)
class Selection:
    """Candidatures to remind. `next_cursor`: others may answer the filters too; asked for with it, they follow."""

    candidature_ids: Sequence[str]
    next_cursor: str | None = None


def filtered_selection(by: Gestionnaire, filters: Mapping[str, Any], cursor: str | None = None) -> Selection:
    """The first candidatures of the list with these filters, from `cursor` on, that were not reminded today; few or
    none where many were, or lack nothing. Raises NotFound, Invalid."""
    at, chosen = portal_now(), list[str]()
    for _ in range(MOST_PAGES):
        query = {**filters, "limit": LARGEST_PAGE - len(chosen), "cursor": cursor}
        with db.reading_for_staff() as session:
            page = list_page(session, by.academies, query, at)
        for item in page.items:
            if item.last_reminder is None or not _same_day(item.last_reminder, at):
                chosen.append(item.candidature.id)
        cursor = page.next_cursor
        if cursor is None or len(chosen) == LARGEST_PAGE:
            break
    return Selection(chosen, cursor)


def remind_selection(by: Gestionnaire, candidature_ids: Sequence[str]) -> dict[str, ReminderOutcome]:
    """Remind the candidates of these candidatures of all that they lack; repeated on the same day it sends nothing
    more. A few of them at a time are one transaction."""
    outcomes: dict[str, ReminderOutcome] = {}
    ordered = _by_candidate(candidature_ids)
    for first in range(0, len(ordered), PAGE):
        with db.operation() as session:
            outcomes |= _remind_some(session, by, ordered[first : first + PAGE], portal_now())
    return {candidature_id: outcomes[candidature_id] for candidature_id in dict.fromkeys(candidature_ids)}


def _by_candidate(candidature_ids: Sequence[str]) -> list[str]:
    """Those of one candidate side by side, so that they share a mail."""
    query = select(Candidature.id, Candidature.candidate_id).where(Candidature.id.in_(candidature_ids))
    with db.reading_for_staff() as session:
        candidates = {row[0]: row[1] for row in session.execute(query)}
    return sorted(set(candidature_ids), key=lambda candidature_id: candidates.get(candidature_id, ""))


def _remind_some(session: Session, by: Gestionnaire, ids: Collection[str], at: datetime) -> dict[str, ReminderOutcome]:
    known = _known(session, by, ids)
    lock_candidatures(session, known)
    reminded = {key for key, last in last_reminders(session, known).items() if _same_day(last, at)}
    incomplete = incomplete_among(session, known, by.academies, at)
    to_remind = [entry for entry in incomplete if entry.candidature.id not in reminded]
    remind_by_hand(session, to_remind, by.id, at)
    sent = {entry.candidature.id for entry in to_remind}
    lacking = {entry.candidature.id for entry in incomplete}
    return {key: _outcome(key, known, sent, lacking) for key in ids}


def _outcome(candidature_id: str, known: set[str], sent: set[str], lacking: set[str]) -> ReminderOutcome:
    if candidature_id not in known:
        return ReminderOutcome.NOT_FOUND
    if candidature_id in sent:
        return ReminderOutcome.SENT
    return ReminderOutcome.ALREADY_TODAY if candidature_id in lacking else ReminderOutcome.NOTHING_MISSING


def _known(session: Session, by: Gestionnaire, ids: Collection[str]) -> set[str]:
    query = (
        select(Candidature.id)
        .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
        .where(Candidature.id.in_(ids), is_not_withdrawn())
    )
    if by.academies is not None:
        query = query.where(Candidature.academie_code.in_(by.academies))
    return set(session.scalars(query))


def _same_day(instant: datetime, at: datetime) -> bool:
    """Of Paris."""
    return to_paris(instant).date() == to_paris(at).date()
