"""Incidents: the periods that one cut are extended in one act. Who has a candidature is told by the
mail of its moved dates, who has a draft alone by one of its own, page by page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.process.stopping import stopping
from services.chassis.tasks.new_tasks import follow_up
from services.clock import iso_utc
from services.contracts.api.administration import OpeningMove
from services.registrations.models import AuditEntry, Draft, Incident, Message, OpeningChange, db
from services.registrations.operations.messages import add_message
from services.registrations.operations.openings import Change, NewDates, move_openings
from services.registrations.queries.candidatures import registered_among
from services.registrations.queries.openings import already_noted, noted_incident

SEND_EXTENSION_MAIL = "send_extension_mail"
PAGE = 100  # drafts of one transaction


def extend_periods(
    incident: Mapping[str, Any],
    revisions: Mapping[str, int],
    ends: Mapping[str, NewDates],
    actor: Actor,
    at: datetime,
) -> None:
    """Note an incident (by its columns), give openings (by id, read with these revisions) their new
    ends and show its message until the last of them: all, or nothing. Repeated, it changes nothing.

    Raises as `change_openings`, but that nothing is confirmed; Invalid too for what another has
    noted of the same time.
    """
    try:
        _extend_once(incident, revisions, ends, actor, at)
    except IntegrityError:  # another noted it at the same moment
        _extend_once(incident, revisions, ends, actor, at)


def _extend_once(
    incident: Mapping[str, Any],
    revisions: Mapping[str, int],
    ends: Mapping[str, NewDates],
    actor: Actor,
    at: datetime,
) -> None:
    with db.operation() as transaction:
        if _is_noted(transaction, incident):
            return
        row = Incident(**incident, noted_at=at)
        transaction.add(row)
        transaction.flush()
        moves = move_openings(
            transaction, revisions, ends, Change(row.reason, actor, at, row.id), confirmed=False
        )
        shown = {"severity": "warning", "shown_from": at, "shown_until": _last_new_end(moves)}
        add_message(
            transaction, Message(title=row.title, text=row.text, **shown), actor=actor, at=at
        )
        after = {
            "from": row.begins,
            "until": row.ends,
            "reason": row.reason,
            "openings": len(moves),
        }
        AuditEntry.record(transaction, actor, "incident.noted", row.id, at=at, after=after)


def _last_new_end(moves: Sequence[OpeningMove]) -> datetime:
    return max(
        end
        for move in moves
        for name, end in vars(move.after).items()
        if end != getattr(move.opening, name)
    )


def _is_noted(transaction: DbSession, incident: Mapping[str, Any]) -> bool:
    """Whether just that is noted. Raises Invalid where something else is noted of the same time,
    and as `noted_incident`."""
    noted = noted_incident(transaction, incident["begins"], incident["ends"])
    if noted is not None and any(getattr(noted, name) != value for name, value in incident.items()):
        raise already_noted(noted)
    return noted is not None


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
