"""Changes an opening's dates for an operator: stored with a reason, they take precedence over the catalogue, and are
published for pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.clock import iso_utc
from services.chassis.database.audit import Actor
from services.chassis.errors import FieldError, Invalid, PreconditionFailed, found
from services.chassis.events import publish
from services.contracts.api.administration import OpeningDates
from services.contracts.api.operation import answer_of
from services.contracts.registrations import WindowChanged
from services.registrations.models import AuditEntry, OpeningChange, OpeningRow, db
from services.registrations.queries.catalogue import opening_row

NewDates = Mapping[str, datetime | None]
"""The dates to change, by their name in `OpeningDates`; None leaves one as it is."""


def change_window(
    exam: str, session_name: str, academie: str, new: NewDates, *, reason: str, actor: Actor, at: datetime
) -> OpeningDates:
    """Set dates of an opening, with a reason; returns those now in force.

    Raises NotFound for an unknown opening, Invalid without a reason or with dates out of order.
    """
    with db.operation() as session:
        row = opening_row(session, exam, academie, session_name, lock=True)
        return _change(session, row, new, reason=reason, actor=actor, at=at)


def change_opening(
    opening_id: str, new: NewDates, *, revision: int, reason: str, actor: Actor, at: datetime
) -> OpeningDates:
    """As `change_window`, for an opening whose dates were read with that `revision`.

    Raises NotFound, Invalid, PreconditionFailed where they have been changed since.
    """
    with db.operation() as session:
        row = found(session.get(OpeningRow, opening_id, with_for_update=True))
        if row.revision != revision:
            raise PreconditionFailed("Les dates ont été changées entre-temps. Vérifiez celles qui sont affichées.")
        return _change(session, row, new, reason=reason, actor=actor, at=at)


def _change(
    session: DbSession, row: OpeningRow, new: NewDates, *, reason: str, actor: Actor, at: datetime
) -> OpeningDates:
    if not reason.strip():
        raise Invalid(errors=(FieldError("#/reason", "Indiquez le motif du changement."),))
    before = dates_in_force(session, row)
    after = replace(before, **{name: date for name, date in new.items() if date is not None})
    _refuse_disorder(after)
    row.revision += 1
    session.add(
        OpeningChange(
            opening_id=row.id,
            revision=row.revision,
            **vars(after),
            reason=reason.strip(),
            changed_by=str(actor),
            changed_at=at,
        )
    )
    publish_window(session, row, after)
    trace = {**vars(after), "reason": reason.strip()}
    AuditEntry.record(session, actor, "window.changed", row.id, at=at, before=vars(before), after=trace)
    return after


def dates_in_force(session: DbSession, row: OpeningRow) -> OpeningDates:
    """The newest change's dates, which take precedence over the catalogue, else those."""
    changes = select(OpeningChange).filter_by(opening_id=row.id).order_by(OpeningChange.revision.desc())
    return answer_of(OpeningDates, session.scalar(changes.limit(1)) or row)


def publish_window(session: DbSession, row: OpeningRow, dates: OpeningDates) -> None:
    """Publish the deposit period of an opening, and the options of its session, for pieces.

    `row.revision` must already be incremented.
    """
    ends = {"deposit_opens": iso_utc(dates.deposit_opens), "deposit_closes": iso_utc(dates.deposit_closes)}
    publish(session, answer_of(WindowChanged, row.options, row, **ends), subject=row.id)


def _refuse_disorder(dates: OpeningDates) -> None:
    errors = []
    if dates.opens >= dates.closes:
        errors.append(FieldError("#/closes", "La fermeture doit suivre l'ouverture."))
    if dates.deposit_opens >= dates.deposit_closes:
        errors.append(FieldError("#/deposit_closes", "La fin du dépôt doit suivre son début."))
    if errors:
        raise Invalid(errors=tuple(errors))
