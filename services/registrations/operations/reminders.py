"""Reminds candidates, days before registrations end, of what they have not transmitted or not
validated online."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.process.stopping import stopping
from services.chassis.tasks.new_tasks import follow_up
from services.clock import iso_utc, portal_now
from services.contracts.registration_rules import ACTIVE, TO_VALIDATE
from services.contracts.reminder_rules import current_rung, rung_instant
from services.registrations.models import AuditEntry, Candidature, Draft, OpeningRow, db
from services.registrations.operations.openings import dates_in_force
from services.registrations.operations.versions import request_mail
from services.registrations.queries.candidatures import registered_among

SEND_DRAFT_REMINDER = "send_draft_reminder"
SEND_VALIDATION_REMINDER = "send_validation_reminder"
PAGE = 50  # rows of one transaction
JOB = Actor("service", "registrations")
Reminded = TypeVar("Reminded", Draft, Candidature)


@dataclass(frozen=True)
class Rung:
    """Of the ladder `relances_brouillons`: so many `days` before the end of an opening's
    registrations."""

    opening_id: str
    closes: datetime
    days: int

    @property
    def name(self) -> str:
        """What a row remembers of it; a moved end begins a new ladder."""
        return f"{iso_utc(self.closes)}/{self.days}"

    @property
    def instant(self) -> datetime:
        return rung_instant(self.closes, self.days)


def remind_candidates() -> None:
    """Remind everyone whom a rung concerns that is due now. A draft or candidature is looked at
    once for each rung."""
    to_validate = (Candidature.validation == TO_VALIDATE) & (Candidature.state == ACTIVE)
    for rung in _due_rungs(portal_now()):
        _look_at_all(Draft, Draft.closed_at.is_(None), rung, _remind_of_drafts)
        _look_at_all(Candidature, to_validate, rung, _remind_to_validate)


def _due_rungs(at: datetime) -> Iterator[Rung]:
    with db.reading() as transaction:
        rows = transaction.scalars(
            select(OpeningRow).where(OpeningRow.listed, OpeningRow.session_closes > at)
        ).all()
        laddered = [row for row in rows if row.options.draft_reminder_days]
        ends = [(row, dates_in_force(transaction, row).closes) for row in laddered]
    for row, closes in ends:
        days = current_rung(closes, row.options.draft_reminder_days, at)
        if days is not None:
            yield Rung(row.id, closes, days)


def _look_at_all(
    model: type[Reminded],
    waiting: ColumnElement[bool],
    rung: Rung,
    remind: Callable[[DbSession, Rung, Sequence[Reminded]], None],
) -> None:
    """The rows of its opening that are `waiting`, page by page."""
    not_yet = or_(model.reminder_rung.is_(None), model.reminder_rung != rung.name)
    rows = (
        select(model)
        .where(model.opening_id == rung.opening_id, waiting, not_yet)
        .order_by(model.id)
    )
    while not stopping():
        with db.reading() as transaction:
            if transaction.scalar(rows.limit(1)) is None:
                return
        with db.operation() as transaction:
            page = transaction.scalars(rows.limit(PAGE).with_for_update()).all()
            for row in page:
                row.reminder_rung = rung.name
            remind(transaction, rung, page)


def _remind_of_drafts(transaction: DbSession, rung: Rung, drafts: Sequence[Draft]) -> None:
    """Those that were begun before the rung, and whose candidate is not registered for the session
    otherwise."""
    candidate_ids = [draft.candidate_id for draft in drafts if draft.candidate_id]
    registered = registered_among(transaction, rung.opening_id, candidate_ids)
    for draft in drafts:
        is_new = draft.modification_of is None and draft.created_at < rung.instant
        if is_new and draft.candidate_id and draft.candidate_id not in registered:
            work = {"draft_id": draft.id, "closes": iso_utc(rung.closes)}
            follow_up(transaction, SEND_DRAFT_REMINDER, work, subject=draft.candidate_id)
            AuditEntry.record(
                transaction, JOB, "draft.reminded", draft.id, after={"rung": rung.name}
            )


def _remind_to_validate(
    transaction: DbSession, rung: Rung, candidatures: Sequence[Candidature]
) -> None:
    """Those that were saved before the rung."""
    for candidature in candidatures:
        if (candidature.last_saved_at or candidature.first_saved_at) < rung.instant:
            request_mail(transaction, SEND_VALIDATION_REMINDER, candidature)
            after = {"rung": rung.name}
            AuditEntry.record(
                transaction, JOB, "candidature.validation_reminded", candidature.id, after=after
            )
