"""Incidents: the periods that one cut are extended in one act. Who has a candidature is told by the
mail of its moved dates, who has a draft alone by one of its own, page by page."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.process.stopping import stopping
from services.chassis.tasks.new_tasks import follow_up
from services.clock import iso_utc
from services.contracts.api.administration import NewIncident, OpeningMove
from services.registrations.domain.date_changes import DateChange
from services.registrations.models import AuditEntry, Draft, Incident, Message, OpeningChange, db
from services.registrations.operations.messages import add_message
from services.registrations.operations.openings import Change, move_openings
from services.registrations.queries.candidatures import registered_among
from services.registrations.queries.openings import already_noted, noted_incident

SEND_EXTENSION_MAIL = "send_extension_mail"
PAGE = 100  # drafts of one transaction


def extend_periods(
    incident: NewIncident, ends: Sequence[DateChange], actor: Actor, at: datetime
) -> None:
    """Note an incident, give openings their new ends and show its message until the last of them:
    all, or nothing. Repeated, it changes nothing.

    Raises as `change_openings`, but that nothing is confirmed; Invalid too for what another has
    noted of the same time.
    """
    try:
        _extend_once(incident, ends, actor, at)
    except IntegrityError:  # another noted it at the same moment
        _extend_once(incident, ends, actor, at)


def _extend_once(
    incident: NewIncident, ends: Sequence[DateChange], actor: Actor, at: datetime
) -> None:
    with db.operation() as transaction:
        if _is_noted(transaction, incident):
            return
        row = Incident(
            begins=incident.begins,
            ends=incident.ends,
            periods=_periods(incident),
            title=incident.title,
            text=incident.text,
            reason=incident.reason,
            noted_at=at,
        )
        transaction.add(row)
        transaction.flush()
        change = Change(row.reason, actor, at, row.id)
        moves = move_openings(transaction, ends, change, confirmed=False)
        message = Message(
            title=row.title,
            text=row.text,
            severity="warning",
            shown_from=at,
            shown_until=_last_new_end(moves),
        )
        add_message(transaction, message, actor=actor, at=at)
        after = {
            "from": row.begins,
            "until": row.ends,
            "reason": row.reason,
            "openings": len(moves),
        }
        AuditEntry.record(transaction, actor, "incident.noted", row.id, at=at, after=after)


def _periods(incident: NewIncident) -> list[str]:
    """Return the periods that an incident cut, in the one order in which they are stored."""
    return sorted(set(incident.periods))


def _last_new_end(moves: Sequence[OpeningMove]) -> datetime:
    """Return the latest end that an incident gives to a period that had another."""
    ends: list[datetime] = []
    for move in moves:
        if move.after.closes != move.opening.closes:
            ends.append(move.after.closes)
        if move.after.deposit_closes != move.opening.deposit_closes:
            ends.append(move.after.deposit_closes)
    return max(ends)


def _is_noted(transaction: DbSession, incident: NewIncident) -> bool:
    """Return whether just that is noted. Raises Invalid where something else is noted of the same
    time, and as `noted_incident`."""
    noted = noted_incident(transaction, incident.begins, incident.ends)
    if noted is None:
        return False
    is_same = (
        noted.periods == _periods(incident)
        and noted.title == incident.title
        and noted.text == incident.text
        and noted.reason == incident.reason
    )
    if not is_same:
        raise already_noted(noted)
    return True


def tell_of_extensions() -> None:
    """Have everyone told by mail whose draft an incident gave more time. Each draft is looked at
    once."""
    with db.reading() as transaction:
        columns = select(OpeningChange.opening_id, OpeningChange.revision)
        changes = transaction.execute(columns.where(OpeningChange.told_through.is_not(None))).all()
    for opening_id, revision in changes:
        while not stopping() and _tell_page(opening_id, revision):
            pass


def _tell_page(opening_id: str, revision: int) -> bool:
    """Whether more drafts may follow."""
    with db.operation() as transaction:
        change = transaction.get_one(OpeningChange, (opening_id, revision), with_for_update=True)
        drafts = (
            [] if change.told_through is None else _page(transaction, change, change.told_through)
        )
        change.told_through = drafts[-1].id if drafts else None
        candidates = [draft.candidate_id for draft in drafts if draft.candidate_id]
        others = registered_among(transaction, opening_id, candidates)
        for draft in drafts:
            if draft.candidate_id and draft.candidate_id not in others:
                work = {
                    "draft_id": draft.id,
                    "closes": iso_utc(change.closes),
                    "incident_id": change.incident_id,
                }
                follow_up(transaction, SEND_EXTENSION_MAIL, work, subject=draft.candidate_id)
    return bool(drafts)


def _page(transaction: DbSession, change: OpeningChange, after: str) -> Sequence[Draft]:
    """Drafts that were there when the dates moved."""
    drafts = select(Draft).where(
        Draft.opening_id == change.opening_id, Draft.closed_at.is_(None), Draft.id > after
    )
    earlier = drafts.where(Draft.created_at <= change.changed_at)
    return transaction.scalars(earlier.order_by(Draft.id).limit(PAGE)).all()
