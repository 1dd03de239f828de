"""Reminds candidates of drafts that they have not transmitted, on days before the end of the registrations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import aliased

from services.chassis.clock import iso_utc, portal_now
from services.chassis.database.audit import Actor
from services.chassis.tasks.registry import stopping
from services.chassis.tasks.rows import follow_up
from services.contracts.registration_rules import ACTIVE
from services.contracts.reminder_rules import current_rung, rung_instant
from services.registrations.models import AuditEntry, Candidature, Draft, OpeningRow, db
from services.registrations.operations.openings import dates_in_force

SEND_DRAFT_REMINDER = "send_draft_reminder"
PAGE = 50  # drafts of one transaction
JOB = Actor("service", "registrations")


def remind_of_drafts() -> None:
    """Remind everyone whose draft a rung concerns that is due now. A draft is looked at once for each rung."""
    at = portal_now()
    for opening_id, closes, days in due_rungs(at):
        after = ""
        while drafts := _page(opening_id, after, rung_name(closes, days)):
            if stopping():
                return
            with db.operation() as session:
                _remind(session, opening_id, drafts, closes, days)
            after = drafts[-1]


def rung_name(closes: datetime, days: int) -> str:
    """What a draft remembers of a rung; a moved end begins a new ladder."""
    return f"{iso_utc(closes)}/{days}"


def due_rungs(at: datetime) -> list[tuple[str, datetime, int]]:
    """(opening, end of the registrations, days before it) of the rungs of `relances_brouillons` that are due."""
    with db.reading() as session:
        rows = session.scalars(select(OpeningRow).where(OpeningRow.listed, OpeningRow.session_closes > at)).all()
        laddered = [row for row in rows if row.options.draft_reminder_days]
        ends = [(row, dates_in_force(session, row).closes) for row in laddered]
    rungs = ((row.id, closes, current_rung(closes, row.options.draft_reminder_days, at)) for row, closes in ends)
    return [(opening_id, closes, days) for opening_id, closes, days in rungs if days is not None]


def _page(opening_id: str, after: str, rung: str) -> Sequence[str]:
    """Open drafts of the opening that were not looked at for the rung."""
    not_yet = or_(Draft.reminder_rung.is_(None), Draft.reminder_rung != rung)
    drafts = select(Draft.id).where(
        Draft.opening_id == opening_id, Draft.closed_at.is_(None), Draft.id > after, not_yet
    )
    with db.reading() as session:
        return session.scalars(drafts.order_by(Draft.id).limit(PAGE)).all()


def _remind(session: DbSession, opening_id: str, draft_ids: Sequence[str], closes: datetime, days: int) -> None:
    """Those that were begun before the rung, and whose candidate is not registered for the session otherwise."""
    locked = select(Draft).where(Draft.id.in_(draft_ids), Draft.closed_at.is_(None)).order_by(Draft.id)
    drafts = session.scalars(locked.with_for_update()).all()
    registered = registered_among(session, opening_id, [draft.candidate_id for draft in drafts if draft.candidate_id])
    rung = rung_name(closes, days)
    for draft in drafts:
        if draft.reminder_rung == rung:
            continue
        draft.reminder_rung = rung
        is_new = draft.modification_of is None and draft.created_at < rung_instant(closes, days)
        if is_new and draft.candidate_id and draft.candidate_id not in registered:
            work = {"draft_id": draft.id, "closes": iso_utc(closes)}
            follow_up(session, SEND_DRAFT_REMINDER, work, subject=draft.candidate_id)
            AuditEntry.record(session, JOB, "draft.reminded", draft.id, after={"rung": rung})


def registered_among(session: DbSession, opening_id: str, candidate_ids: Sequence[str]) -> set[str]:
    """Which of these candidates have an active candidature in the session of that opening, in whatever académie."""
    here = aliased(OpeningRow)
    query = (
        select(Candidature.candidate_id)
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .join(here, (here.exam == OpeningRow.exam) & (here.session == OpeningRow.session))
        .where(here.id == opening_id, Candidature.candidate_id.in_(candidate_ids), Candidature.state == ACTIVE)
    )
    return set(session.scalars(query))
