"""Changes openings' dates: they take precedence over the catalogue, and are published for
pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import FieldError, Invalid
from services.chassis.events import publish
from services.clock import iso_utc
from services.contracts.api.administration import OpeningDates, OpeningMove
from services.contracts.registration_rules import ACTIVE
from services.contracts.registrations import WindowChanged
from services.registrations.domain.date_changes import DateChange
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.models import AuditEntry, Candidature, OpeningChange, OpeningRow, db
from services.registrations.queries.catalogue import dates_of, opening_view
from services.registrations.queries.openings import opening_moves


@dataclass(frozen=True)
class Change:
    """Why dates are changed, by whom, when; `incident_id`: for which incident, if for one."""

    reason: str
    actor: Actor
    at: datetime
    incident_id: str | None = None


def change_openings(
    changes: Sequence[DateChange], *, reason: str, confirmed: bool, actor: Actor, at: datetime
) -> None:
    """Set the dates of openings, with a reason: of all, or of none of them.

    Raises as `opening_moves`, and Invalid for what candidates lose by it unless it is `confirmed`.
    """
    with db.operation() as transaction:
        move_openings(transaction, changes, Change(reason, actor, at), confirmed=confirmed)


def move_openings(
    transaction: DbSession,
    changes: Sequence[DateChange],
    change: Change,
    *,
    confirmed: bool,
) -> Sequence[OpeningMove]:
    """Set the dates of each opening, of all or of none, within the caller's operation; return what
    was moved. Raises as `change_openings`."""
    locked = (
        select(OpeningRow)
        .where(OpeningRow.id.in_([wanted.opening_id for wanted in changes]))
        .order_by(OpeningRow.id)
        .with_for_update()
    )
    rows = {row.id: row for row in transaction.scalars(locked)}
    moves = opening_moves(transaction, changes, change.reason, change.at)
    lost = [(move.opening.academie_label, loss) for move in moves for loss in move.losses]
    if lost and not confirmed:
        errors = tuple(FieldError("#/confirmed", f"{academie} : {loss}") for academie, loss in lost)
        raise Invalid(
            "Les candidats perdent quelque chose à ce changement : confirmez-le.", errors=errors
        )
    for move in moves:
        before = dates_of(move.opening)
        if move.after != before:
            _change(transaction, rows[move.opening.id], before, move.after, change)
    return moves


def _change(
    transaction: DbSession,
    row: OpeningRow,
    before: OpeningDates,
    after: OpeningDates,
    change: Change,
) -> None:
    reason = change.reason.strip()
    announce_dates(transaction, row, after)
    transaction.add(
        OpeningChange(
            opening_id=row.id,
            revision=row.revision,
            opens=after.opens,
            closes=after.closes,
            deposit_opens=after.deposit_opens,
            deposit_closes=after.deposit_closes,
            reason=reason,
            changed_by=str(change.actor),
            changed_at=change.at,
            incident_id=change.incident_id,
            told_through="" if change.incident_id and after.closes != before.closes else None,
        )
    )
    trace = {**vars(after), "reason": reason}
    AuditEntry.record(
        transaction,
        change.actor,
        "window.changed",
        row.id,
        at=change.at,
        before=vars(before),
        after=trace,
    )


def dates_in_force(transaction: DbSession, row: OpeningRow) -> OpeningDates:
    """Return the dates of the newest change, or those of the catalogue where there is none."""
    return dates_of(newest_change(transaction, row.id) or row.catalogue_dates)


def newest_change(transaction: DbSession, opening_id: str) -> OpeningChange | None:
    changes = (
        select(OpeningChange)
        .filter_by(opening_id=opening_id)
        .order_by(OpeningChange.revision.desc())
    )
    return transaction.scalar(changes.limit(1))


def held_view(transaction: DbSession, opening_id: str, digest: str | None = None) -> OpeningView:
    """Return the opening, by the catalogue in force or of that digest, with dates that do not move
    before the transaction ends: what it saves with them is there when the next move is followed."""
    held = {"read": True, "key_share": True}
    transaction.get_one(OpeningRow, opening_id, with_for_update=held, populate_existing=True)
    return opening_view(transaction, opening_id, digest)


def announce_dates(transaction: DbSession, row: OpeningRow, dates: OpeningDates) -> None:
    """Publish the dates that now hold, and have what is saved compared with them, if anything
    is."""
    saved = select(Candidature.id).filter_by(opening_id=row.id, state=ACTIVE).limit(1)
    has_candidatures = transaction.scalar(saved) is not None
    row.store(row.standing.announce(has_candidatures=has_candidatures))
    publish_window(transaction, row, dates)


def publish_window(transaction: DbSession, row: OpeningRow, dates: OpeningDates) -> None:
    """Publish the deposit period of an opening, and the options of its session, for pieces."""
    event = WindowChanged(
        exam=row.exam,
        session=row.session,
        academie=row.academie,
        revision=row.revision,
        deposit_opens=iso_utc(dates.deposit_opens),
        deposit_closes=iso_utc(dates.deposit_closes),
        reminder_days=row.options.reminder_days,
        refusal_mails=row.options.refusal_mails,
        options=row.options,
    )
    publish(transaction, event, subject=row.id)
